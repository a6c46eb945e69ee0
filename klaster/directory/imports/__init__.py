"""Tables come into the directory: columns named, rows checked, written all or nothing, and taken back.

`fields` and `values` are pure: what headings and cells mean. `checking` reads a file's rows against the directory,
`writing` brings them in, `undoing` takes them back; each is one transaction that `actions` starts and jobs carry out.
"""
