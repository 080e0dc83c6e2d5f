"""What is wrong with a file of faces, before anything is made of it."""
