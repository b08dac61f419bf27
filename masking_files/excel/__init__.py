"""Reads and writes Excel workbooks (.xlsx).

One sheet is read row by row and written to a new workbook. No formula is ever run.
"""
