"""Excel workbooks (.xlsx): one sheet is read row by row and written to a new workbook. No formula is ever run."""
