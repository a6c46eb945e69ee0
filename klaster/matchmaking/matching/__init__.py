"""Who could use whom: vectors of statements, scores in both directions, drafts that show nobody to everyone.

A package of its own, without Django: texts and tags go in, rankings with reasons come out. See docs/matching.md.
"""
