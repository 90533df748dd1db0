"""What is said of the files of an import: why a file or a cell is refused, and what the person should know."""

from models.locale import Text

COMMA, SEMICOLON = Text(", ", "、"), Text("; ", "；")
AND_MORE = Text("{listed} and {more:,} more", "{listed}、ほか{more:,}件")
NOTHING = Text("nothing", "（空欄）")
OR = Text(" or ", "または")

# Files that are refused as a whole: {path} and what is wrong with it.
FILE = Text("{path} {problem}.", "{path}：{problem}。")
FILE_ERROR = Text("{path}: {problem}.", "{path}：{problem}。")
NO_TABLE = Text("is neither .xlsx nor .csv (or .csv.gz)", ".xlsx でも .csv（.csv.gz）でもありません")
NO_SHEETS = Text(
    "is a text file, which has no sheets: leave out --sheet",
    "テキストファイルにはシートがありません。--sheet を指定しないでください",
)
NO_SUCH_FILE = Text("No such file or directory", "ファイルがありません")
NOT_PERMITTED = Text("Permission denied", "読み取る権限がありません")
IS_A_FOLDER = Text("Is a directory", "フォルダーです")
NOT_DECOMPRESSED = Text("cannot be decompressed: it is damaged", "解凍できません。ファイルが壊れています")
DAMAGED = Text("is damaged, or not what its name says", "ファイルが壊れているか、拡張子と内容が一致していません")
NO_CSV = Text(
    "is not a proper CSV file ({error}); is a quotation mark not closed?",
    "正しいCSVファイルではありません（{error}）。引用符が閉じていない可能性があります",
)
OLD_OR_LOCKED = Text(
    "has a password or is an old .xls: save it as .xlsx without a password",
    "パスワード付きか古い形式（.xls）です。パスワードなしの .xlsx で保存し直してください",
)
ONE_SHEET = Text("only the sheet {sheet} is read", "シート「{sheet}」だけを読み込みます")
NO_SUCH_SHEET = Text(
    "has no visible sheet {sheet}. Its visible sheets are: {listed}",
    "表示されているシート「{sheet}」がありません。表示されているシート：{listed}",
)
SEVERAL_SHEETS = Text(
    "has orders in {count} sheets ({listed}), and one sheet is read at a time: import the"
    " file once for each with --sheet NAME, e.g. --sheet {example}",
    "{count}枚のシート（{listed}）に注文があります。一度に読み込めるのは1枚です。--sheet 名前 を指定して"
    "シートごとに取り込んでください（例：--sheet {example}）",
)
EMPTY_FILE = Text("is empty", "ファイルが空です")
TWO_COLUMNS = Text(
    "has two columns {column} (row {row}): remove one of them",
    "列「{column}」が2つあります（{row}行目）。どちらかを削除してください",
)
NO_COLUMN = Text("has no column {missing} in {where}", "{where}に次の列がありません：{missing}")
OTHER_COLUMNS = Text(
    "{problem}; the columns that mean nothing to us are {others}", "{problem}（対応していない列：{others}）"
)
FIRST_ROW, ROW = Text("its first row", "1行目"), Text("row {row}", "{row}行目")
NO_SHEET = Text("has no sheet", "シートがありません")
CELL_OUTSIDE = Text("has a cell outside of any sheet", "シートの範囲外にセルがあります")

# Encodings of text files.
OTHER_UNICODE = Text(
    "is {found}, not {asked}: leave --encoding out",
    "{found} であり、{asked} ではありません。--encoding を外してください",
)
NOT_THIS_ENCODING = Text(
    "is not {asked}: leave --encoding out, or name another",
    "{asked} ではありません。--encoding を外すか、別の文字コードを指定してください",
)
DAMAGED_UNICODE = Text(
    "is neither UTF-8 nor UTF-16, though it starts so: it is damaged",
    "UTF-8／UTF-16の印で始まりますが、内容が異なります。ファイルが壊れています",
)
UNMARKED_UTF_16 = Text(
    "seems to be UTF-16 without a mark at its start: say --encoding utf-16-le or utf-16-be",
    "先頭に印のないUTF-16のようです。--encoding utf-16-le または utf-16-be を指定してください",
)
MAIL_TEXT = Text(
    "seems to be Japanese mail text (ISO-2022-JP): say --encoding iso2022_jp",
    "日本語メールの文字コード（ISO-2022-JP）のようです。--encoding iso2022_jp を指定してください",
)
READ_AS = Text("read as {encoding}, as it is not UTF-8", "UTF-8ではないため、{encoding}として読み込みます")
READ_AS_WORDS = Text(
    "read as {encoding}, as it is not UTF-8: {words}", "UTF-8ではないため、{encoding}として読み込みます：{words}"
)
MAY_BE = Text(
    "is not UTF-8, but may be {names}: say {options}, or save it as CSV UTF-8",
    "UTF-8ではありません。{names}の可能性があります。{options} を指定するか、「CSV UTF-8」で保存し直してください",
)
NO_ENCODING = Text(
    "is neither UTF-8 (line {line} is not) nor surely any other encoding: save it as CSV UTF-8,"
    " or name the encoding,"
    " e.g. --encoding shift_jis (Japanese) or --encoding windows-1252 (Western European)",
    "UTF-8ではなく（{line}行目）、文字コードを特定できません。「CSV UTF-8」で保存し直すか、文字コードを指定してください"
    "（例：--encoding shift_jis（日本語）、--encoding windows-1252（西欧））",
)
UNKNOWN_ENCODING = Text(
    "cannot be read as {asked!r}, which is no known encoding; known are utf-8, utf-16, shift_jis, windows-1252",
    "{asked!r} という文字コードはありません。指定できるもの：utf-8、utf-16、shift_jis、windows-1252",
)
SHIFT_JIS = Text("Japanese text (Shift_JIS)", "日本語（Shift_JIS）")
EUC_JP = Text("EUC-JP", "日本語（EUC-JP）")
WESTERN = Text("Western European text (Windows-1252)", "西欧の文字（Windows-1252）")
TURKISH = Text("Turkish text (Windows-1254)", "トルコ語（Windows-1254）")

# What must not be opened.
TOO_MANY_PARTS = Text(
    "has {count:,} parts inside, which no workbook has", "内部に{count:,}個のファイルがあり、正常なブックではありません"
)
HAS_PASSWORD = Text("has a password: save it without one", "パスワードが設定されています。外して保存し直してください")
HAS_MACROS = Text(
    "has macros: save it as .xlsx without them", "マクロが含まれています。マクロなしの .xlsx で保存し直してください"
)
INFLATES = Text(
    "inflates to more than {most:,} MB: save it as CSV, or in several files",
    "展開すると{most:,} MBを超えます。CSVで保存するか、複数のファイルに分けてください",
)
PART_INFLATES = Text(
    "has a part {part} that inflates to more than {most:,} MB: save it as CSV, or in several files",
    "内部の {part} は展開すると{most:,} MBを超えます。CSVで保存するか、複数のファイルに分けてください",
)
PART_IS_NOT_UTF_8 = Text("has a part {part} that is not UTF-8", "内部の {part} がUTF-8ではありません")
PART_HAS_DOCTYPE = Text(
    "has a part {part} with definitions of its own (DOCTYPE)", "内部の {part} に独自の定義（DOCTYPE）があります"
)
LONG_ROW = Text("has a row of more than {most} MB", "{most} MBを超える行があります")
LONG_LINE = Text("has a line of more than {most:,} characters", "{most:,}文字を超える行があります")

# Quotation marks of text files.
DOUBLED_QUOTES = Text(
    'a quotation mark within quotation marks is written twice, e.g. "12"" vinyl"',
    '引用符の中の引用符は2つ続けて書きます（例："12"" vinyl"）',
)
BROKEN_CSV = Text(
    "is not a proper CSV file: in row {row} (line {line}) {problem}."
    ' A quotation mark within quotation marks is written twice, e.g. "12"" vinyl"',
    "正しいCSVファイルではありません：{row}行目（ファイルの{line}行目）で、{problem}。"
    '引用符の中の引用符は2つ続けて書きます（例："12"" vinyl"）',
)
QUOTE_IN_QUOTES = Text("a quotation mark stands within quotation marks", "引用符の中に引用符があります")
QUOTE_NOT_CLOSED = Text(
    "a quotation mark is open at the end of the file", "引用符がファイルの終わりまで閉じられていません"
)
CELL_TOO_LONG = Text(
    "a cell has more than {most:,} characters (is a quotation mark not closed?)",
    "セルが{most:,}文字を超えています（引用符が閉じていない可能性があります）",
)
CSV_PROBLEM = Text("{error}", "CSVとして読めません（{error}）")
WITH_HINT = Text("{problem}: {hint}", "{problem}。{hint}")
SWALLOWED_ROWS = Text(
    "seems to have the following rows in it: {hint}", "続く行がこのセルに含まれているようです。{hint}"
)

# Cells, whatever they mean.
MISSING = Text("is missing", "未入力です")
IS_NO_VALUE = Text(
    "{text!r} is what a program writes for no value: leave the cell empty",
    "{text!r} は値がないことを表す文字です。セルを空にしてください",
)
DATE_FOR_CODE = Text(
    "is a date ({text}), into which spreadsheets turn codes such as 1-2: type it as text",
    "日付（{text}）になっています。表計算ソフトは 1-2 のようなコードを日付に変えます。文字列として入力してください",
)
BOOLEAN_FOR_CODE = Text(
    "is the truth value {text}, not a text: format the cell as text and type the code again",
    "文字列ではなく論理値 {text} です。セルの書式を文字列にして、コードを入力し直してください",
)
SHORT_DATE = Text(
    "{text!r} is a date, into which spreadsheets turn codes such as 1-5: type it as text",
    "{text!r} は日付です。表計算ソフトは 1-5 のようなコードを日付に変えます。文字列として入力してください",
)
SCIENTIFIC = Text(
    "{text} is what a spreadsheet made of a long number: type the code as text",
    "{text} は表計算ソフトが長い数字を変えたものです。コードを文字列として入力してください",
)
FORMULA = Text("{text!r} is a formula instead of what it gives", "{text!r} は計算結果ではなく数式です")
TOO_LONG = Text("has {length} characters; {longest} is the most", "{length}文字あります。{longest}文字までです")
SPREADSHEET_ERROR = Text(
    "is an error of the spreadsheet ({text}): mend its formula",
    "表計算ソフトのエラー（{text}）です。数式を直してください",
)
LOST_CHARACTER = Text(
    "has a character that an earlier program could not read (\ufffd): take the file from its source again",
    "以前のソフトが読めなかった文字（\ufffd）があります。元のデータからファイルを作り直してください",
)
GARBLED = Text(
    "{text!r} is garbled: it was {meant!r} before a program read UTF-8 as Windows-1252",
    "{text!r} は文字化けしています（UTF-8をWindows-1252として読んだもの。元は {meant!r}）",
)
UNPRINTABLE = Text(
    "has a character that cannot be kept (U+{code:04X} at {place}); remove it.",
    "保存できない文字があります（{place}文字目、U+{code:04X}）。削除してください。",
)
NEVER_CALCULATED = Text(
    "is a formula that was never calculated: open the file in a spreadsheet and save it",
    "計算されていない数式です。表計算ソフトで開いて保存し直してください",
)
LOST_DIGITS = Text(
    "is a number of more than {digits} digits, of which Excel keeps no more: type it as text",
    "{digits}桁を超える数値です。Excelは{digits}桁までしか保持しません。文字列として入力してください",
)
BEYOND_DATES = Text("{serial:g} is beyond the dates that there are", "{serial:g} は日付の範囲を超えています")
TIME_WITHOUT_DATE = Text("{at:%H:%M} is a time without a date", "{at:%H:%M} は日付のない時刻です")

# Numbers. {what}: one of these; the second ones are without their examples.
A_QUANTITY = Text("a positive whole number", "正の整数")
A_PRICE, A_BARE_PRICE = Text("a price, e.g. 12.50", "価格（例：12.50）"), Text("a price", "価格")
A_POSITION, A_BARE_POSITION = Text("a whole number, e.g. 10", "整数（例：10）"), Text("a whole number", "整数")
NOT_A_NUMBER = Text("{text!r} is not {what}", "{text!r} は{what}ではありません")
NOT_WITH_COMMA = Text("{text!r} is not {what} with a decimal comma", "{text!r} は小数点がコンマの{what}ではありません")
NOT_WITH_POINT = Text(
    "{text!r} is not {what} with a decimal point", "{text!r} は小数点がピリオドの{what}ではありません"
)
UNLESS_DECIMAL_COMMA = Text(
    "{text!r} is not {what}, unless its comma is decimal: say --decimal-comma",
    "{text!r} は{what}ではありません。コンマが小数点であれば --decimal-comma を指定してください",
)
TWO_READINGS = Text(
    "{text!r} is not {what} with one reading: it can be {one} or {other}; say --decimal-comma or --decimal-point",
    "{text!r} は{what}として {one} とも {other} とも読めます。"
    "--decimal-comma または --decimal-point を指定してください",
)
QUANTITY_UP_TO = Text(
    "{text!r} is not a positive whole number up to {most:,}", "{text!r} は{most:,}までの正の整数ではありません"
)
POSITION_UP_TO = Text(
    "{text!r} is not a whole number from 0 to {most:,}, e.g. 10",
    "{text!r} は0から{most:,}までの整数ではありません（例：10）",
)
NEGATIVE_IN_ACCOUNTING = Text(
    "{text!r} is a negative amount in accounting notation: a price is zero or more",
    "{text!r} は会計の表記で負の金額です。価格は0以上です",
)
OTHER_SIGN = Text(
    "{text!r} is in {sign}, but the row is in {currency}", "{text!r} は {sign} ですが、この行の通貨は {currency} です"
)
NEGATIVE = Text("{amount} is negative", "{amount} は負の数です")
NO_CURRENCY = Text("{currency!r} is not a currency (ISO 4217)", "{currency!r} は通貨ではありません（ISO 4217）")
NO_AMOUNT = Text("{amount} is not an amount of money", "{amount} は金額ではありません")
TOO_FINE = Text(
    "{amount} is finer than {currency} allows ({digits} digits behind the point)",
    "{amount} は {currency} の単位より細かい値です（小数点以下{digits}桁まで）",
)
TOO_FINE_PRICE = Text(
    "{amount} is finer than unit prices in {currency} can be ({digits} digits behind the point)",
    "{amount} は {currency} の単価の単位より細かい値です（小数点以下{digits}桁まで）",
)
TOO_LARGE = Text("{amount} is too large", "{amount} は大きすぎます")
FINER_THAN = Text("{text!r} is finer than {currency} allows", "{text!r} は {currency} の単位より細かい値です")
NOT_IN_USE = Text(
    "{text!r} is not a currency in use (ISO 4217), e.g. JPY",
    "{text!r} は現在使われている通貨ではありません（ISO 4217、例：JPY）",
)
NOT_IN_USE_ON = Text(
    "{text!r} is not a currency in use on {day} (ISO 4217), e.g. JPY",
    "{text!r} は{day}に使われていた通貨ではありません（ISO 4217、例：JPY）",
)
DID_YOU_MEAN = Text("{problem}; did you mean {meant}?", "{problem}。{meant} ではありませんか")
DIVIDED = Text("GBP (and divide by 100)", "GBP（100で割った額）")

# Dates.
YEAR_OUT_OF_RANGE = Text(
    "{text!r} is not between the years {first} and {last}", "{text!r} は{first}年から{last}年の間の日付ではありません"
)
NO_DATE = Text(
    "{text!r} is not a date, e.g. 2026-11-24 or 2026-11-24T09:30",
    "{text!r} は日付ではありません（例：2026-11-24、2026-11-24T09:30）",
)
NO_SUCH_TIME = Text(
    "{text!r} was no time in {time_zone}, as clocks were put forward: write it with its offset",
    "{text!r} は{time_zone}では夏時間の開始により存在しない時刻です。時差を付けて書いてください",
)
SHORT_YEAR = Text(
    "{text!r} has a year of two digits: write it with four", "{text!r} の年が2桁です。4桁で書いてください"
)
NO_YEAR = Text("{text!r} has no year: write it with its year", "{text!r} に年がありません。年を付けて書いてください")
SERIAL_NUMBER = Text(
    "{text!r} is a spreadsheet's number for a date: format the cell as a date before saving",
    "{text!r} は表計算ソフトの日付の通し番号です。セルの書式を日付にしてから保存してください",
)
DAY_OR_MONTH = Text(
    "{text!r} can be day-month or month-day: say --dates dmy or --dates mdy",
    "{text!r} は「日・月」とも「月・日」とも読めます。--dates dmy または --dates mdy を指定してください",
)
DELIVER_TO_FIRST = Text("{last} is before {column}, {first}", "{last} は {column}（{first}）より前の日付です")

# Other cells.
NO_E_MAIL = Text("{text!r} is not an e-mail address", "{text!r} はメールアドレスではありません")
NO_LANGUAGE = Text(
    "{text!r} is no language of the product: say en or ja",
    "{text!r} は対応していない言語です。en または ja としてください",
)
NOT_REJECTED = Text(
    "{text!r} is not rejected, but the row has a {column}",
    "{text!r} は却下ではありませんが、この行には {column} があります",
)
NO_TAX_KIND = Text(
    "{text!r} is no kind of tax: say one of {kinds}",
    "{text!r} は税区分ではありません。次のいずれかとしてください：{kinds}",
)
NEEDS_RATE = Text("{text} needs a {column}", "{text} には {column} が必要です")
NO_RATE = Text("{text!r} is not a tax rate, e.g. 20 or 17.5%", "{text!r} は税率ではありません（例：20、17.5%）")
RATE_BELOW_ONE = Text(
    "{text!r} would be less than 1 %: write a rate of 20 % as 20 or 20%",
    "{text!r} は1%未満になります。20%は 20 または 20% と書いてください",
)
OTHER_RATE = Text("{text} is no rate of the kind {kind}", "{text} は {kind} の税率ではありません")
WITHOUT_RATE = Text("no rate", "税率なし")
NO_BARCODE = Text(
    "{text!r} is no GTIN of 8, 12, 13 or 14 digits: it {why}",
    "{text!r} は8・12・13・14桁のGTIN（JANコード）ではありません：{why}",
)
NOT_DIGITS = Text("has other characters than digits", "数字以外の文字があります")
LOST_ZEROS = Text(
    "has {digits} digits; with zeros before it, it is a GTIN-{length}: format the column as text",
    "{digits}桁です。先頭に0を補うとGTIN-{length}になります。列の書式を文字列にしてください",
)
DIGITS = Text("has {digits} digits", "{digits}桁です")
WRONG_CHECK_DIGIT = Text(
    "has a wrong check digit: compare it with the article", "チェックデジットが違います。商品と照合してください"
)
NO_PICTURE = Text(
    "{name!r} {problem}: name a PNG or JPEG in {folder}",
    "{name!r}：{problem}。{folder} にあるPNGまたはJPEGの名前を書いてください",
)
NO_FILE_NAME = Text("is no name of a file without a folder", "フォルダーなしのファイル名ではありません")
NOT_READABLE = Text("cannot be read ({error})", "読み込めません（{error}）")
TOO_MANY_BYTES = Text("has {size:,} bytes; {most:,} is the most", "{size:,}バイトあります。{most:,}バイトまでです")
TOO_MANY_PIXELS = Text(
    "is {width} × {height} pixels; {most:,} a side is the most",
    "{width} × {height}ピクセルです。一辺{most:,}ピクセルまでです",
)
ENDS_TOO_SOON = Text("ends too soon", "途中で切れています")
NO_IMAGE = Text("is no PNG or JPEG, or is damaged", "PNGでもJPEGでもないか、壊れています")

# Rows.
INCOMPLETE_ROW = Text("the row is incomplete: {missing} are missing", "行が不完全です：{missing} がありません")
INCOMPLETE_LAST_ROW = Text(
    "the row is incomplete: {missing} are missing. It is the last row: the file may be cut off, so compare it with its"
    " source",
    "行が不完全です：{missing} がありません。最後の行のため、ファイルが途中で切れている可能性があります。"
    "元のデータと照合してください",
)
LAST_AND = Text("{listed} and {last}", "{listed}、{last}")
CUT_OFF_ROW = Text(
    "the last row has {count} cells and no line end, the row above it {above} cells:"
    " the file may be cut off, so compare it with its source",
    "最後の行はセルが{count}個で改行がなく、その上の行は{above}個です。"
    "ファイルが途中で切れている可能性があります。元のデータと照合してください",
)
MORE_CELLS = Text(
    "the row has {count} cells, but the heading {width}: {why}",
    "行のセルは{count}個ですが、見出しは{width}個です。{why}",
)
NUMBER_WITH_COMMA = Text(
    "is {text!r} a number with a comma but without quotation marks?",
    "{text!r} はコンマを含む数値で、引用符がないのではありませんか",
)
TEXT_WITH_COMMA = Text(
    "is {text!r} a text with a comma but without quotation marks?",
    "{text!r} はコンマを含む文字列で、引用符がないのではありませんか",
)
ONE_WITH_COMMA = Text(
    "has one of them a comma but no quotation marks?", "コンマを含み引用符のないセルがあるのではありませんか"
)

# Orders.
EMPTY_ORDER = Text(
    "{problem}, and no other line of the order has a quantity", "{problem}。この注文のほかの行にも数量がありません"
)
TOO_MANY_ROWS = Text(
    "has {count} rows; {most} is the most for one order", "{count}行あります。1件の注文は{most}行までです"
)
ROWS_DIFFER = Text(
    "{said}, but row {row} of the same order says {before}", "{said} とありますが、同じ注文の{row}行目は {before} です"
)
LOOKS_LIKE = Text(
    "{code!r} differs from {known} only in case, width, leading zeros or characters that"
    " nobody sees; mend it, or say --allow-similar to take it as another one",
    "{code!r} と {known} の違いは、大文字・小文字、全角・半角、先頭の0、見えない文字だけです。"
    "直すか、別のコードとして扱うには --allow-similar を指定してください",
)
OF_ROW = Text("{code} (row {row})", "{code}（{row}行目）")
CLOSED = Text(
    "{status}: an import makes open orders only, and this one is not there",
    "{status}：取り込みで作れるのは進行中の注文だけで、この注文はまだありません",
)
TAKE_OVER = Text(
    "{problem}; --decisions takes it over as rejected", "{problem}。--decisions を指定すると却下済みとして取り込みます"
)
SAYS_OTHERWISE = Text(
    "{code} exists already and says something else ({differences}); an import never changes an order",
    "{code} はすでにあり、内容が異なります（{differences}）。取り込みで注文は変更されません",
)
NOT_REJECTED_HERE = Text(
    "{code} exists already and is not rejected; an import never changes an order: reject it",
    "{code} はすでにあり、却下されていません。取り込みで注文は変更されません。注文を却下してください",
)
NO_PRICE = Text(
    "is missing, and SKU {sku} has none in {currency}", "未入力で、SKU {sku} にも {currency} の価格がありません"
)
OTHER_MODEL = Text(
    "{model}, but SKU {sku} is of model {known}", "{model} とありますが、SKU {sku} の型番は {known} です"
)
TOTAL_TOO_LARGE = Text("the order's total is too large", "注文の合計金額が大きすぎます")
TOO_MANY_UNITS = Text("the order's quantities add up to too many", "注文の合計数量が大きすぎます")
CHANGE = Text("{name} {old} → {new}", "{name} {old} → {new}")
SKU_CHANGE = Text("SKU {sku}: {changes}", "SKU {sku}：{changes}")
QUANTITY, UNIT_PRICE, MODEL = Text("quantity", "数量"), Text("unit price", "単価"), Text("model", "型番")
SKU_LINES = Text("SKU {sku}: {old} → {new}", "SKU {sku}：{old} → {new}")
BUT_ALSO = Text("{name} {one}, but also {other}", "{name} {one}（別の行では {other}）")
SAID_OF = Text("{code}: {said}", "{code}：{said}")
BUYER_COLUMNS = {
    "name": Text("name", "名前"),
    "country": Text("country", "国"),
    "language": Text("language", "言語"),
    "e-mail": Text("e-mail", "メールアドレス"),
}
REFUSED = Text("{emails}, refused by a mail server", "{emails}（メールサーバーが拒否）")
CONFIRMED = Text("the same, confirmed", "同じアドレスを確認済み")
NO_LINE = Text("no line", "明細なし")
LINE = Text("{quantity} at {price}", "{quantity}点、単価{price}")
PLUS = Text(" + ", "＋")
SKUS_PRICE = Text("the SKU's price", "SKUの価格")

# Rejections of the past.
NO_REJECTION_DATE = Text("is missing: when was the order rejected?", "未入力です。いつ却下されましたか")
IN_THE_FUTURE = Text("{at} is in the future", "{at} は未来の日時です")
BEFORE_PLACED = Text("{at} is before the order was placed", "{at} は注文日時より前です")
NO_REASON = Text(
    "{text!r} is no reason of the brand: {codes}, or create it first",
    "{text!r} はブランドの却下理由にありません（{codes}）。先に作成してください",
)

# What the person should know of a file that is read.
HEADING_BELOW = Text(
    "the columns are named in row {row}; what stands above it is left out",
    "見出しは{row}行目にあります。それより上は読み込みません",
)
UNKNOWN_COLUMNS = Text(
    "columns that mean nothing to us are left out: {columns}", "対応していない列は読み込みません：{columns}"
)
WITHOUT_DECISIONS = Text(
    "left out without --decisions: {columns}", "--decisions の指定がないため読み込みません：{columns}"
)
WITHOUT_PICTURES = Text(
    "left out without --pictures FOLDER: {column}", "--pictures フォルダー の指定がないため読み込みません：{column}"
)
DOUBLED_TIMES = Text(
    "clock times that there were twice, as clocks were put back, are read as the first of the two: {times}",
    "夏時間の終了により2回あった時刻は、1回目の時刻として読み込みます：{times}",
)
UNENDED = Text(
    "row {row}, the last one, has no line end: if the file was cut off there, {column}"
    " {text!r} is not whole; compare it with its source",
    "最後の{row}行目に改行がありません。ファイルがそこで切れている場合、{column} の {text!r} は完全ではありません。"
    "元のデータと照合してください",
)
HIDDEN_ROWS = Text(
    "{rows} hidden by a filter or by hand: read like the others",
    "{rows}は非表示ですが、ほかの行と同じように読み込みます",
)
REPEATED_HEADING = Text("{rows} left out: the heading again", "{rows}は見出しの繰り返しのため読み込みません")
TOTALS = Text("{rows} left out: totals, with no SKU", "{rows}はSKUのない合計行のため読み込みません")
REMARKS = Text(
    "{rows} left out: totals or a remark, with no SKU", "{rows}はSKUのない合計または備考のため読み込みません"
)
OTHER_SUM = Text(
    "{note}; its quantity is {said:f}, but the sound rows add up to {quantities:,}",
    "{note}。その数量は{said:f}ですが、読み込める行の合計は{quantities:,}です",
)
EMPTY_LINES = Text("{count:,} lines without a quantity are left out", "数量のない{count:,}行は読み込みません")
ONE_ROW, TWO_ROWS = Text("row {row}", "{row}行目"), Text("rows {rows} and {last}", "{rows}、{last}行目")
MANY_ROWS = Text("rows {rows} and {more:,} more", "{rows}行目ほか{more:,}行")
BY_CASE_ALONE = Text(
    "codes that differ by case alone are taken as different ones: {codes}",
    "大文字・小文字だけが異なるコードは、別のコードとして扱います：{codes}",
)
LOOK_ALIKE = Text("{code} (row {row}) and {other}", "{code}（{row}行目）と{other}")

# The summary of a file.
OUTCOME = Text(
    "{file}: {imported:,} orders imported ({lines:,} lines), {unchanged:,} unchanged, {refused:,} refused",
    "{file}：取り込み {imported:,}件（明細 {lines:,}行）、変更なし {unchanged:,}件、取り込めない注文 {refused:,}件",
)
WOULD_BE = Text(
    "{file}: {imported:,} orders would be imported ({lines:,} lines), {unchanged:,} unchanged, {refused:,} refused",
    "{file}：取り込む予定 {imported:,}件（明細 {lines:,}行）、変更なし {unchanged:,}件、取り込めない注文 {refused:,}件",
)
NO_ORDERS = Text("there are no orders below the heading", "見出しの下に注文がありません")
NOTHING_NEW = Text(
    "nothing has changed, all of its orders are there already", "変更はありません。すべての注文がすでにあります"
)
FAULTS = Text("{count:,} cells at fault:", "{count:,}個のセルに誤りがあります：")
FAULTS_IN = Text(
    "{count:,} cells at fault, all in {report}:", "{count:,}個のセルに誤りがあります（すべて {report} に記載）："
)
REPORT = (Text("File", "ファイル"), Text("Row", "行"), Text("Column", "列"), Text("Reason", "理由"))
FAULT = Text("row {row}, {column}: {reason}", "{row}行目、{column}：{reason}")
MORE_FAULTS = Text("… and {more:,} more", "…ほか{more:,}件")
MORE_FAULTS_HINT = Text(
    "… and {more:,} more; write them all with --report FILE.csv",
    "…ほか{more:,}件（すべてを書き出すには --report ファイル.csv）",
)
DRY_RUN = Text("Dry run: nothing was written.", "試行のため、何も書き込みませんでした。")

# What is new because of a file, or what it says of what is known; the first one is of one.
MADE = Text("{count:,} {what}: {names}", "{what} {count:,}件：{names}")
NEW_BUYER, NEW_BUYERS = Text("new buyer", "新しいバイヤー"), Text("new buyers", "新しいバイヤー")
OFFLINE_BUYER = Text(
    "new offline buyer (without an e-mail address: they get no mail)",
    "新しいオフラインバイヤー（メールアドレスがないため、メールは届きません）",
)
OFFLINE_BUYERS = Text(
    "new offline buyers (without an e-mail address: they get no mail)",
    "新しいオフラインバイヤー（メールアドレスがないため、メールは届きません）",
)
NEW_CATALOG, NEW_CATALOGS = Text("new catalog", "新しいカタログ"), Text("new catalogs", "新しいカタログ")
NEW_SKU, NEW_SKUS = Text("new SKU", "新しいSKU"), Text("new SKUs", "新しいSKU")
TAKEN_OVER, ALL_TAKEN_OVER = (
    Text("order taken over as rejected", "却下済みとして取り込んだ注文"),
    Text("orders taken over as rejected", "却下済みとして取り込んだ注文"),
)
PLACED_APART = Text(
    "order whose rows differ a little in {placed_at}: the earliest counts",
    "行によって {placed_at} が少し異なる注文（最も早い日時を使います）",
)
ALL_PLACED_APART = Text(
    "orders whose rows differ a little in {placed_at}: the earliest counts",
    "行によって {placed_at} が少し異なる注文（最も早い日時を使います）",
)
BUYER_APART = Text(
    "buyer of whom rows say different things: what is said first counts",
    "行によって内容が異なるバイヤー（最初の内容を使います）",
)
BUYERS_APART = Text(
    "buyers of whom rows say different things: what is said first counts",
    "行によって内容が異なるバイヤー（最初の内容を使います）",
)
BUYER_CHANGED, BUYERS_CHANGED = Text("buyer changed", "変更したバイヤー"), Text("buyers changed", "変更したバイヤー")
BUYER_OTHERWISE = Text(
    "buyer described otherwise (take it over with --update-buyers)",
    "登録内容と異なるバイヤー（--update-buyers で反映できます）",
)
BUYERS_OTHERWISE = Text(
    "buyers described otherwise (take it over with --update-buyers)",
    "登録内容と異なるバイヤー（--update-buyers で反映できます）",
)
SKU_APART = Text(
    "SKU of which rows say different things: what is said first counts",
    "行によって内容が異なるSKU（最初の内容を使います）",
)
SKUS_APART = Text(
    "SKUs of which rows say different things: what is said first counts",
    "行によって内容が異なるSKU（最初の内容を使います）",
)
SKU_FILLED, SKUS_FILLED = (
    Text("SKU got what they did not have", "空欄を補ったSKU"),
    Text("SKUs got what they did not have", "空欄を補ったSKU"),
)
SKU_CHANGED, SKUS_CHANGED = Text("SKU changed", "変更したSKU"), Text("SKUs changed", "変更したSKU")
SKU_OTHERWISE = Text(
    "SKU described otherwise (take it over with --update-skus)", "登録内容と異なるSKU（--update-skus で反映できます）"
)
SKUS_OTHERWISE = Text(
    "SKUs described otherwise (take it over with --update-skus)", "登録内容と異なるSKU（--update-skus で反映できます）"
)
