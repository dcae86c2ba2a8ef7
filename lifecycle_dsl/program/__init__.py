"""The checked program: what the checker gives, what the compiler and the reference interpreter take."""
