"""What the commands say. No text holds a value of a record."""

from typing import Final

from masking_service.texts import Text

RECORDS: Final = Text("records: {records:,}, failed: {failed:,}, in {seconds:.1f} s ({rate:,.0f} a second)")
STORED: Final = Text("stored: {counts}")
NEW: Final = Text("new")
KNOWN_BEFORE: Final = Text("known before")
WARNINGS: Final = Text("warnings: {counts}")
FAILED: Final = Text("failed: {code} {count:,}.")
PLACE: Final = Text("  line {line:,}{column}, record {record:,}: {what}")
COLUMN: Final = Text(", column {column}")
MORE: Final = Text("  and {count:,} more; the output has the reason of each")
WRITTEN: Final = Text("written to {output}")
CHECKED: Final = Text("nothing was written (--check)")

COLUMNS: Final = Text("columns: {columns}")
ADDED: Final = Text("masked without a place in the schema: {columns}")
ADDED_TOKENIZED: Final = Text("masked and tokenized without a place in the schema: {columns}")
NOT_MAPPED: Final = Text("not mapped: columns {columns}")
HIDDEN: Final = Text("cells hidden in them: {count:,}")
STILL_PERSONAL: Final = Text(
    "WARNING: these columns look personal. Names and addresses that can only be guessed are not masked:"
)
PERSONAL: Final = Text("{count} columns look personal and are not mapped. Nothing was written.")
ONE_PERSONAL: Final = Text("1 column looks personal and is not mapped. Nothing was written.")
QUESTION: Final = Text("  column {column} ({header}), {kind}: {samples}")
ANSWERS: Final = Text("    --map {masks} masks it; --map {leaves} leaves it as it is")
REPEAT: Final = Text(
    "Repeat the command with one --map for each column, or with --unmapped guard, hide or pass for all of them."
)
REPEAT_GUARDED: Final = Text(
    "Names in them can only be guessed. Repeat the command with one --map for each column, or with "
    "--unmapped hide or pass for all of them."
)
NO_TITLE: Final = Text("no header")
NO_CELLS: Final = Text("no cells")
NO_HEADER: Final = Text("No header names anything to mask. Nothing was written.")
NAME_COLUMNS: Final = Text(
    "Repeat the command with one --map for each column that holds personal data. If the first line is not a header "
    "line, add one first."
)
NO_NUMBER: Final = Text(
    "no header is known as the waybill number; give --map COLUMN={path}, with the column's header or its number"
)
NO_HEADERS: Final = Text("holds personal data: the first line has to be the headers")
FORMULA: Final = Text("holds a formula: copy the column and paste it as values")
MERGED: Final = Text("merged cells below the headers: unmerge them, with the value in each row")
SEVERAL_SHEETS: Final = Text(
    "the workbook has {count} sheets with cells: {sheets}. Name one with --sheet; the others are not in the output"
)
AT: Final = Text("line {line:,}: {what}")
AT_COLUMN: Final = Text("line {line:,}, column {column:,}: {what}")

NEEDS_ARROW: Final = Text("Parquet and Arrow files need pyarrow: pip install 'waybill-masking[arrow]'")
PSEUDONYMS_NEED_ARROW: Final = Text("--pseudonym needs pip install 'waybill-masking[arrow]'")
NO_PERMIT: Final = Text("{file} is not a permit file: `pseudonyms permit open` writes one")
PERMIT_ENDED: Final = Text("the permit {name} ended on {until}")
NO_COLUMNS_FROM_INPUT: Final = Text("Parquet and Arrow are read from a file, not from standard input")
BROKEN_COLUMNS: Final = Text("the file is damaged or of another format ({reason})")
BROKEN_COLUMN: Final = Text("the column is damaged, or has a text that is not UTF-8")
SAME_COLUMNS: Final = Text("columns {first} and {second} have the same name")
COLUMN_TYPE: Final = Text("column {column} has a type that cannot be read ({type}): write it in another one")
NO_RESUME: Final = Text("--resume needs files: neither FILE nor --output may be -")
RUNNING: Final = Text("the same command is running")
OTHER_INPUT: Final = Text("this is not the input of the interrupted run; repeat without --resume")
NO_EXCEL: Final = Text("the input is not an Excel workbook (.xlsx); save an encrypted or older one as .xlsx first")
REFUSED_WORKBOOK: Final = Text("the workbook is refused: {why}")
LARGE_WORKBOOK: Final = Text("it expands to more than {size} GiB, or has more than {count:,} parts")
ENCRYPTED: Final = Text("it is encrypted: save it without a password")
LARGE_PART: Final = Text("one of its parts has more than {size} MiB")
WIDE_ROW: Final = Text("a row has more cells than a sheet has columns")
UNORDERED_ROWS: Final = Text("the rows of a sheet are not in order")
DOCUMENT_TYPE: Final = Text("a part declares a document type, as no spreadsheet does")
LONG_PIECE: Final = Text("something in it is longer than {count:,} bytes")
NO_XML: Final = Text("one of its parts is no XML")
ODD_MERGE: Final = Text("merged cells are not named as a spreadsheet names them")
DEEP: Final = Text("its elements are nested too deep")
MANY_NAMES: Final = Text("a part has more than {count:,} different names of elements, or very long ones")
ODD_NAME: Final = Text("two of its parts have the same name, or the name of a part points outside it")
UNNAMED_PART: Final = Text(
    "it holds a part that its manifest does not name: open it in a spreadsheet and save it again"
)
UNKNOWN_PART: Final = Text(
    "it holds a part that no workbook without macros has: open it in a spreadsheet and save it again as .xlsx"
)
MANY_STRINGS: Final = Text("it has more than {count:,} texts")
ABOVE_HEADERS: Final = Text("headers: row {row}; what is above them is not in the output")
CLOSED_OUTPUT: Final = Text("standard output was closed by its reader")
OLD_EXCEL: Final = Text("{suffix} files are not read: save the file as .xlsx")
NO_FORMAT: Final = Text("the suffix names no known format: add --format")
OTHER_SUFFIX: Final = Text(
    "the output has the format of the input, {format}, and the suffix of --output is that of another: change the suffix"
)
NO_SUFFIX: Final = Text("standard input has no suffix: add --format")
FOR_CSV: Final = Text("--delimiter and --excel are for CSV")
FOR_EXCEL: Final = Text("--sheet is for Excel files")
FOR_TABLES: Final = Text(
    "--map and --unmapped are for tables: CSV, Excel, Parquet and Arrow files. In JSON, members that the schema does "
    "not map are treated as the profile says"
)
NO_DELIMITER: Final = Text("must be one character, neither a letter nor a digit, or 'tab'")
NEEDS_API_KEY: Final = Text("tokenize needs an API key: --key-file FILE, or MASKING_API_KEY")
NO_SHEET: Final = Text("--sheet: the workbook has no such sheet. It has: {sheets}")
EMPTY_WORKBOOK: Final = Text("the workbook is empty")
NO_HEADER_ROW: Final = Text("no headers in the first {count} rows")
LONG_CELL: Final = Text("a cell has more than {count:,} characters")
BROKEN_ROW: Final = Text("the row cannot be read")
EMPTY_INPUT: Final = Text("the input is empty")
BROKEN_CELL: Final = Text("a quoted cell is not closed, is followed by more text, or is too large")
NO_TEXT: Final = Text("the content is no text but {form}, whatever the suffix says: {remedy}")
AS_EXCEL: Final = Text("save it as .xlsx or CSV")
UNPACK: Final = Text("unpack it first")
WITH_FORMAT: Final = Text("add --format {form}")
UTF16: Final = Text("the input is UTF-16: save it as UTF-8 (in Excel: CSV UTF-8)")
AND_NOT: Final = Text(", and not ")
NO_ENCODING: Final = Text("the input is not {encodings}: save it as UTF-8")
UNREADABLE: Final = Text("the input cannot be read: {reason}")
UNWRITABLE: Final = Text("the output cannot be written: {reason}")
SAME_FILE: Final = Text("the output is the input: give another --output")
NO_PLAIN_FILE: Final = Text("the output exists and is not a regular file")
EXISTS: Final = Text("the output exists: give another --output, or --force to replace it")
UNKNOWN_HEADER: Final = Text(
    "--map: no column has this header or number; give the header exactly as in the first line, or the column's number"
)
TOLD_TWICE: Final = Text("--map: column {column} is named twice")
SHARED_PLACE: Final = Text("--map: columns {columns} share a place")
NO_MAP: Final = Text(
    "must be COLUMN=PATH, each column once. COLUMN is its header, or its number (2=kind:phone) if it has none"
)
NAMED: Final = Text("there is no {what} of that name. There is: {known}")
NO_PLACE: Final = Text(
    "--map: schema {schema} has no such place. It has: {known} (with an index in every []); or use {kind}KIND or "
    "{unmapped}"
)
NO_PATH: Final = Text(
    "--map: a path is names with dots between them, such as recipient.phone or contactInfoList[0].tel"
)
NO_KIND: Final = Text("--map: the kind must be one of {kinds}")
LARGE_INDEX: Final = Text("--map: an index must be below {count}")

AFTER_RECORDS: Final = Text("nothing may follow the records: remove it, or use --format ndjson for one record a line")
NO_RECORDS: Final = Text(
    'the object has to begin with its member "records", and hold no other: use {"records": [...]} or an array'
)
EXPECTED: Final = Text(
    '{character} is expected here: the file must be an array of records, or an object with "records"'
)
NO_RECORD: Final = Text("a record is expected here: remove the comma")
CUT_RECORD: Final = Text(
    "the record that begins here does not end: the file is cut off, or a quote or bracket is not closed"
)
LONG_RECORD: Final = Text(
    "the record that begins here is longer than {count:,} characters: split it, or close its quotes and brackets"
)
LONG_LINE: Final = Text("is longer than {count:,} characters: put one record on each line")
NOT_ENCODED: Final = Text("is not {encoding}{at}: name the encoding with --encoding")
AT_BYTE: Final = Text(" at its byte {byte:,}")

STORE_AWAY: Final = Text("the store does not answer ({cause})")
INTEGRITY: Final = Text("stored data failed its integrity check; tell the operator")
NO_KEYS: Final = Text("the keys are not available now; check the key provider with `doctor`")
NO_API_KEY: Final = Text("the API key is not valid")
NOT_ALLOWED: Final = Text("this API key may not do this ({code})")
BUDGET_SPENT: Final = Text("the budget for conflicts is spent until {until} (window {window})")
STOPPED: Final = Text("{why}. No output was written.")
STOPPED_AFTER: Final = Text(
    "{why}, after {records:,} records. No output was written. What was stored so far is safe: the same command gives "
    "the same tokens for it."
)
NO_SCHEMA: Final = Text("there is no schema of that name")
SEVERAL_WAYBILLS: Final = Text("a record of this schema holds several waybills: it can be masked, not tokenized")
