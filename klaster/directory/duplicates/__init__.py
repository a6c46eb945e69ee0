"""Entries that may be one and the same: found in the database, judged by rules that say their reasons.

for pair in candidates.find(kind): score = scoring.compare(pair.first, pair.second)
"""
