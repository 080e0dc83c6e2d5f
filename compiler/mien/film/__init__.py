"""Films of faces: pictures, one a frame, and a sound, put together by ffmpeg."""
