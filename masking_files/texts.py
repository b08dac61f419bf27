"""What the commands say, in English and Chinese.

No text holds a value of a record.
"""

from typing import Final

from masking_service.http.texts import Text

RECORDS: Final = Text(
    "records: {records:,}, failed: {failed:,}, in {seconds:.1f} s ({rate:,.0f} a second)",
    "共 {records:,} 条，失败 {failed:,} 条，用时 {seconds:.1f} 秒（每秒 {rate:,.0f} 条）",
)
STORED: Final = Text("stored: {counts}", "已存储：{counts}")
NEW: Final = Text("new", "新增")
KNOWN_BEFORE: Final = Text("known before", "此前已有")
WARNINGS: Final = Text("warnings: {counts}", "警告：{counts}")
FAILED: Final = Text("failed: {code} {count:,}.", "失败：{code} {count:,} 条。")
PLACE: Final = Text(
    "  line {line:,}{column}, record {record:,}: {what}", "  第 {line:,} 行{column}，第 {record:,} 条：{what}"
)
COLUMN: Final = Text(", column {column}", "第 {column} 列")
MORE: Final = Text("  and {count:,} more; the output has the reason of each", "  另有 {count:,} 条；原因见输出文件")
WRITTEN: Final = Text("written to {output}", "已写入 {output}")
CHECKED: Final = Text("nothing was written (--check)", "未写入任何内容（--check）")

COLUMNS: Final = Text("columns: {columns}", "列：{columns}")
ADDED: Final = Text("masked without a place in the schema: {columns}", "已脱敏（数据格式中没有对应字段）：{columns}")
ADDED_TOKENIZED: Final = Text(
    "masked and tokenized without a place in the schema: {columns}",
    "已脱敏并生成令牌（数据格式中没有对应字段）：{columns}",
)
NOT_MAPPED: Final = Text("not mapped: columns {columns}", "未映射的列：{columns}")
HIDDEN: Final = Text("cells hidden in them: {count:,}", "其中已隐藏的单元格：{count:,}")
STILL_PERSONAL: Final = Text(
    "WARNING: these columns look personal. Names and addresses that can only be guessed are not masked:",
    "警告：这些列疑似个人信息，仅凭推测无法脱敏的内容仍为明文：",
)
PERSONAL: Final = Text(
    "{count} columns look personal and are not mapped. Nothing was written.",
    "有 {count} 列疑似个人信息但未映射，未写入任何内容。",
)
ONE_PERSONAL: Final = Text(
    "1 column looks personal and is not mapped. Nothing was written.",
    "有 1 列疑似个人信息但未映射，未写入任何内容。",
)
QUESTION: Final = Text(
    "  column {column} ({header}), {kind}: {samples}", "  第 {column} 列（{header}），{kind}：{samples}"
)
ANSWERS: Final = Text(
    "    --map {masks} masks it; --map {leaves} leaves it as it is",
    "    --map {masks} 将其脱敏；--map {leaves} 保持原样",
)
REPEAT: Final = Text(
    "Repeat the command with one --map for each column, or with --unmapped guard, hide or pass for all of them.",
    "请为每一列加上一个 --map 后重新执行，或用 --unmapped guard、hide、pass 统一处理。",
)
NO_TITLE: Final = Text("no header", "无列名")
NO_CELLS: Final = Text("no cells", "无内容")
NO_HEADER: Final = Text(
    "No header names anything to mask. Nothing was written.",
    "没有任何列名对应需要脱敏的内容，未写入任何内容。",
)
NAME_COLUMNS: Final = Text(
    "Repeat the command with one --map for each column that holds personal data. If the first line is not a header "
    "line, add one first.",
    "请为每个含有个人信息的列加上一个 --map 后重新执行；如果第一行不是列名，请先补上列名。",
)
NO_NUMBER: Final = Text(
    "no header is known as the waybill number; give --map COLUMN={path}, with the column's header or its number",
    "没有列名对应运单号；请用 --map 列={path} 指定，“列”为列名或列序号",
)
NO_HEADERS: Final = Text("holds personal data: the first line has to be the headers", "含有个人信息：第一行必须是列名")
FORMULA: Final = Text("holds a formula: copy the column and paste it as values", "含有公式：请复制该列并粘贴为数值")
MERGED: Final = Text(
    "merged cells below the headers: unmerge them, with the value in each row",
    "列名下方有合并单元格：请取消合并，并在每行填写内容",
)
SEVERAL_SHEETS: Final = Text(
    "the workbook has {count} sheets with cells: {sheets}. Name one with --sheet; the others are not in the output",
    "工作簿有 {count} 个含数据的工作表：{sheets}。请用 --sheet 指定一个；其余工作表不会写入输出",
)
AT: Final = Text("line {line:,}: {what}", "第 {line:,} 行：{what}")
AT_COLUMN: Final = Text("line {line:,}, column {column:,}: {what}", "第 {line:,} 行第 {column:,} 列：{what}")

NEEDS_ARROW: Final = Text(
    "Parquet and Arrow files need pyarrow: pip install 'waybill-masking[arrow]'",
    "读取 Parquet 和 Arrow 文件需要 pyarrow：pip install 'waybill-masking[arrow]'",
)
NO_COLUMNS_FROM_INPUT: Final = Text(
    "Parquet and Arrow are read from a file, not from standard input",
    "Parquet 和 Arrow 只能从文件读取，不能从标准输入读取",
)
BROKEN_COLUMNS: Final = Text("the file is damaged or of another format ({reason})", "文件已损坏或格式不符（{reason}）")
SAME_COLUMNS: Final = Text("two columns have the same name", "有两列同名")
NO_RESUME: Final = Text(
    "--resume needs files: neither FILE nor --output may be -", "--resume 需要文件：FILE 和 --output 都不能为 -"
)
RUNNING: Final = Text("the same command is running", "同一命令正在执行")
OTHER_INPUT: Final = Text(
    "the input is not the one of the run that was killed; repeat without --resume",
    "输入与被中断的那次执行不一致；请去掉 --resume 后重新执行",
)
NO_EXCEL: Final = Text(
    "the input is not an Excel workbook (.xlsx); save an encrypted or older one as .xlsx first",
    "输入不是 Excel 工作簿（.xlsx）；加密或旧版文件请先另存为 .xlsx",
)
REFUSED_WORKBOOK: Final = Text("the workbook is refused: {why}", "拒绝读取该工作簿：{why}")
LARGE_WORKBOOK: Final = Text(
    "it expands to more than {size} GiB, or has more than {count:,} parts",
    "解压后超过 {size} GiB，或包含的部件超过 {count:,} 个",
)
ENCRYPTED: Final = Text("it is encrypted: save it without a password", "文件已加密，请取消密码后另存")
LARGE_PART: Final = Text("one of its parts has more than {size} MiB", "其中一个部件超过 {size} MiB")
WIDE_ROW: Final = Text("a row has more cells than a sheet has columns", "某一行的单元格数超过工作表的列数上限")
UNORDERED_ROWS: Final = Text("the rows of a sheet are not in order", "工作表的行号顺序有误")
DOCUMENT_TYPE: Final = Text(
    "a part declares a document type, as no spreadsheet does", "其中一个部件含有文档类型声明，正常的电子表格不会有"
)
LONG_PIECE: Final = Text("something in it is longer than {count:,} bytes", "其中有一段内容超过 {count:,} 字节")
NO_XML: Final = Text("one of its parts is no XML", "其中一个部件不是有效的 XML")
ODD_MERGE: Final = Text("merged cells are not named as a spreadsheet names them", "合并单元格的区域写法不正确")
DEEP: Final = Text("its elements are nested too deep", "其中的元素嵌套过深")
MANY_NAMES: Final = Text(
    "a part has more than {count:,} different names of elements, or very long ones",
    "其中一个部件的元素名称超过 {count:,} 种，或名称过长",
)
ODD_NAME: Final = Text(
    "two of its parts have one name, or a part's name leads out of it", "其中有部件重名，或部件名指向文件之外"
)
UNNAMED_PART: Final = Text(
    "it holds a part that its manifest does not name: open it in a spreadsheet and save it again",
    "其中含有清单未列出的部件：请用电子表格软件打开后重新保存",
)
UNKNOWN_PART: Final = Text(
    "it holds a part that no workbook without macros has: open it in a spreadsheet and save it again as .xlsx",
    "其中含有无宏工作簿不应有的部件：请用电子表格软件打开后另存为 .xlsx",
)
MANY_STRINGS: Final = Text("it has more than {count:,} texts", "其中的文本超过 {count:,} 条")
ABOVE_HEADERS: Final = Text(
    "headers: row {row}; what is above them is not in the output", "列名在第 {row} 行；其上方的内容不会写入输出"
)
CLOSED_OUTPUT: Final = Text("standard output was closed by its reader", "标准输出已被读取方关闭")
OLD_EXCEL: Final = Text("{suffix} files are not read: save the file as .xlsx", "不支持 {suffix} 文件：请另存为 .xlsx")
NO_FORMAT: Final = Text("the suffix says no format: give --format", "无法从后缀判断格式：请用 --format 指定")
NO_SUFFIX: Final = Text("standard input has no suffix: give --format", "标准输入没有后缀：请用 --format 指定格式")
FOR_CSV: Final = Text("--delimiter and --excel are for CSV", "--delimiter 和 --excel 只用于 CSV")
FOR_EXCEL: Final = Text("--sheet is for Excel files", "--sheet 只用于 Excel 文件")
FOR_TABLES: Final = Text("--map is for tables: CSV and Excel files", "--map 只用于表格：CSV 和 Excel 文件")
NO_DELIMITER: Final = Text(
    "must be one character, neither a letter nor a digit, or 'tab'", "须为一个字符（不能是字母或数字），或 tab"
)
NEEDS_API_KEY: Final = Text(
    "tokenize needs an API key: --key-file FILE, or MASKING_API_KEY",
    "tokenize 需要 API 密钥：请用 --key-file 文件 或环境变量 MASKING_API_KEY 提供",
)
NO_SHEET: Final = Text(
    "--sheet: the workbook has no such sheet. It has: {sheets}", "--sheet：工作簿中没有该工作表。现有：{sheets}"
)
EMPTY_WORKBOOK: Final = Text("the workbook is empty", "工作簿为空")
NO_HEADER_ROW: Final = Text("no headers in the first {count} rows", "前 {count} 行中没有列名")
LONG_CELL: Final = Text("a cell has more than {count:,} characters", "单元格超过 {count:,} 个字符")
BROKEN_ROW: Final = Text("the row cannot be read", "该行无法读取")
EMPTY_INPUT: Final = Text("the input is empty", "输入为空")
BROKEN_CELL: Final = Text(
    "a quoted cell is not closed, is followed by more text, or is too large",
    "带引号的单元格没有结束、后面还有其他内容，或过大",
)
UTF16: Final = Text(
    "the input is UTF-16: save it as UTF-8 (in Excel: CSV UTF-8)",
    "输入的编码是 UTF-16：请另存为 UTF-8（Excel 中选择 CSV UTF-8）",
)
AND_NOT: Final = Text(", and not ", "，也不是 ")
NO_ENCODING: Final = Text(
    "the input is not {encodings}: save it as UTF-8", "输入的编码不是 {encodings}：请另存为 UTF-8"
)
UNREADABLE: Final = Text("the input cannot be read: {reason}", "无法读取输入：{reason}")
UNWRITABLE: Final = Text("the output cannot be written: {reason}", "无法写入输出：{reason}")
SAME_FILE: Final = Text("the output is the input: give another --output", "输出与输入相同：请用 --output 另行指定")
NO_PLAIN_FILE: Final = Text("the output exists and is not a regular file", "输出已存在，且不是普通文件")
EXISTS: Final = Text(
    "the output exists: give another --output, or --force to replace it",
    "输出文件已存在：请用 --output 另行指定，或用 --force 覆盖",
)
UNKNOWN_HEADER: Final = Text(
    "--map: no column has this header or number; give the header exactly as in the first line, or the column's number",
    "--map：没有该列名或列序号；列名请与第一行的写法完全一致，列序号从 1 开始",
)
TOLD_TWICE: Final = Text("--map: column {column} is named twice", "--map：第 {column} 列被指定了两次")
SHARED_PLACE: Final = Text("--map: columns {columns} share a place", "--map：第 {columns} 列指定了同一个位置")
NO_MAP: Final = Text(
    "must be COLUMN=PATH, each column once. COLUMN is its header, or its number (2=kind:phone) if it has none",
    "格式必须是 列=路径，每列一次。“列”为列名；没有列名的列用列序号，例如 2=kind:phone",
)
NAMED: Final = Text("there is no {what} of that name. There is: {known}", "没有该名称的 {what}。现有：{known}")
NO_PLACE: Final = Text(
    "--map: schema {schema} has no such place. It has: {known} (with an index in every []); or use {kind}KIND or "
    "{unmapped}",
    "--map：数据格式 {schema} 中没有该位置。现有：{known}（每个 [] 中须填序号）；也可使用 {kind}类型 或 {unmapped}",
)
NO_PATH: Final = Text(
    "--map: a path is names with dots between them, such as recipient.phone or contactInfoList[0].tel",
    "--map：路径由点号分隔的成员名组成，例如 recipient.phone 或 contactInfoList[0].tel",
)
NO_KIND: Final = Text("--map: the kind must be one of {kinds}", "--map：类型须为以下之一：{kinds}")
LARGE_INDEX: Final = Text("--map: an index must be below {count}", "--map：序号须小于 {count}")

AFTER_RECORDS: Final = Text(
    "nothing may follow the records: remove it, or use --format ndjson for one record a line",
    "记录之后还有其他内容：请删除；如每行一条记录，请使用 --format ndjson",
)
NO_RECORDS: Final = Text(
    'the object has to begin with its member "records", and hold no other: use {{"records": [...]}} or an array',
    '对象只能有一个成员 "records"：请使用 {{"records": [...]}} 或数组',
)
EXPECTED: Final = Text(
    '{character} is expected here: the file must be an array of records, or an object with "records"',
    "此处应为 {character}：文件须为记录数组，或带有 records 的对象",
)
NO_RECORD: Final = Text("a record is expected here: remove the comma", "此处缺少记录：请删除多余的逗号")
CUT_RECORD: Final = Text(
    "the record that begins here does not end: the file is cut off, or a quote or bracket is not closed",
    "从此处开始的记录没有结束：文件不完整，或引号、括号未闭合",
)
LONG_RECORD: Final = Text(
    "the record that begins here is longer than {count:,} characters: split it, or close its quotes and brackets",
    "从此处开始的记录超过 {count:,} 个字符：请拆分，或补全引号和括号",
)
LONG_LINE: Final = Text(
    "is longer than {count:,} characters: put one record on each line", "该行超过 {count:,} 个字符：请每行只放一条记录"
)
NOT_ENCODED: Final = Text(
    "is not {encoding}{at}: name the encoding with --encoding", "该行{at}不是 {encoding} 编码：请用 --encoding 指定编码"
)
AT_BYTE: Final = Text(" at its byte {byte:,}", "第 {byte:,} 个字节")

STORE_AWAY: Final = Text("the store does not answer ({cause})", "Redis 无响应（{cause}）")
INTEGRITY: Final = Text(
    "stored data failed its integrity check; tell the operator", "存储数据未通过完整性校验，请通知运维人员"
)
NO_KEYS: Final = Text(
    "the keys are not available now; check the key provider with `doctor`", "密钥暂不可用，请用 doctor 检查密钥服务"
)
NO_API_KEY: Final = Text("the API key is not valid", "API 密钥无效")
NOT_ALLOWED: Final = Text("this API key may not do this ({code})", "该 API 密钥无权执行此操作（{code}）")
BUDGET_SPENT: Final = Text(
    "the budget for conflicts is spent until {until} (window {window})", "冲突额度已用完，{until} 恢复（窗口 {window}）"
)
STOPPED: Final = Text("{why}. No output was written.", "{why}。未写入任何内容。")
STOPPED_AFTER: Final = Text(
    "{why}, after {records:,} records. No output was written. What was stored so far is safe: the same command gives "
    "the same tokens for it.",
    "{why}，此前已处理 {records:,} 条。未写入输出。已存储的内容不受影响：再次执行同一命令会得到相同的令牌。",
)
NO_SCHEMA: Final = Text("there is no schema of that name", "没有该名称的数据格式")
SEVERAL_WAYBILLS: Final = Text(
    "a record of this schema holds several waybills: it can be masked, not tokenized",
    "该数据格式的一条记录包含多票运单：只能脱敏，不能令牌化",
)
