"""A checked program into Python functions, specialised by stage and event."""
