"""What tests reach: moves, triggers, conditions both ways, points, rows, branches, boundaries."""
