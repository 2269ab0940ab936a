"""The domain of Octant: rubric, answers, scorer, recommendations.

Pure: it reads nothing but its own data and what it is given, knows no web and no database. Start at `assess.assess`.
"""
