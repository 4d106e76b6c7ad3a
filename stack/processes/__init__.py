"""Child processes that never outlive their parent.

`child`             a program with a log file: start, watch, stop, kill
`exit_with_parent`  runs a Python module in a child
"""
