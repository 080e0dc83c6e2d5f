"""A bank to one page to look at: every face drawn, named and measured."""
