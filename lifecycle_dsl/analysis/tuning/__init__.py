"""`lcr tune`: which value of a param, or which deal of a split, serves a goal best.

History is replayed by the engine under each value; what is compared is who was reached under it
and who of them came to the goal. A value is chosen on the customers who came earlier and has to
hold for those who came later.
"""
