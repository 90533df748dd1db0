"""Why a command is refused, other than by a blocker; and the notices of a completed one."""

from models.locale import Text

# Notices of a completed command
BUYER_IS_OFFLINE = Text(
    "The buyer is offline, so no mail was sent.",
    "オフラインのバイヤーのため、メールは送信されません。",
)

BUYER_HAS_NO_ADDRESS = Text(
    "The buyer has no e-mail address, so no mail was sent.",
    "バイヤーのメールアドレスが登録されていないため、メールは送信されません。",
)

ADDRESS_BOUNCED = Text(
    "A mail server has refused the buyer's address {email}: {reason}. Mails still go to it; please check the address.",
    "バイヤーのメールアドレス {email} は、以前メールサーバーに拒否されました（{reason}）。"
    "今回も送信の対象となりますので、アドレスをご確認ください。",
)

# The same before a command
BUYER_IS_OFFLINE_PREVIEW = Text(
    "The buyer is offline, so no mail would be sent.",
    "オフラインのバイヤーのため、メールは送信されません。",
)

BRAND_HAS_NO_ADDRESS = Text(
    "The brand has set no address for mails to itself (contactEmail or mailReplyTo), so nobody is mailed.",
    "ブランドの連絡先メールアドレス（contactEmail または mailReplyTo）が設定されていないため、メールは送信されません。",
)

BUYER_HAS_NO_ADDRESS_PREVIEW = Text(
    "The buyer has no e-mail address, so no mail would be sent.",
    "バイヤーのメールアドレスが登録されていないため、メールは送信されません。",
)

# Refusals
ORDER_NOT_FOUND = Text("There is no such order.", "該当する注文がありません。")

STALE_ORDER = Text(
    "The order has changed meanwhile: it is at version {version}. Read it again, then decide.",
    "注文が更新されています（現在のバージョン：{version}）。最新の内容をご確認ください。",
)

BODY_WITHOUT_NOTIFY = Text(
    "A message was typed, but the buyer is not to be notified. Set notify, or leave the body out.",
    "メッセージが入力されていますが、通知がオフです。通知をオンにするか、本文を空にしてください。",
)

BODY_TOO_LONG = Text(
    "The message has {length:,} characters; {longest:,} is the most.",
    "メッセージは{longest:,}文字以内で入力してください（現在{length:,}文字）。",
)

KEY_REUSED = Text(
    "This idempotencyKey was used for another request, or so long ago that its answer is no longer kept. Look at what "
    "it did, and take a new key.",
    "このidempotencyKeyは別のリクエストで使用済みか、保存期間を過ぎて結果が残っていません。"
    "処理結果を確認のうえ、新しいキーを指定してください。",
)

KEY_EMPTY = Text(
    "The idempotencyKey is empty: leave it out, or take a new one for each request.",
    "idempotencyKeyが空です。省略するか、リクエストごとに新しいキーを指定してください。",
)

TOO_MANY_TAGS = Text("At most {most} tags at a time.", "一度に指定できるタグは{most}個までです。")

UNKNOWN_TAGS = Text("There is no such tag: {ids}.", "該当するタグがありません：{ids}")

TAG_CODE_TAKEN = Text("A tag with the code {code} exists already.", "タグコード {code} はすでに使用されています。")

TAG_CODE_BLANK = Text("A tag needs a code and a name.", "タグにはコードと名前が必要です。")

NOT_PERMITTED = Text("You are not permitted to do this.", "この操作を行う権限がありません。")

UNKNOWN_DOCUMENT = Text("There is no such document.", "該当する書類がありません。")

NO_LINES = Text("An order needs at least one line.", "注文には1行以上の明細が必要です。")

TOO_MANY_LINES = Text("An order has at most {most:,} lines.", "明細は{most:,}行以内にしてください。")

UNKNOWN_SKU = Text("There is no such SKU.", "該当するSKUがありません。")

BAD_QUANTITY = Text("A quantity is a whole number from 1 to {most:,}.", "数量は1〜{most:,}の整数で指定してください。")

BAD_PRICE = Text(
    "The price cannot be used: {why}.",
    "単価は0以上、小数点以下{digits}桁以内の金額で指定してください。",
)

TOTAL_TOO_LARGE = Text("The total is too large.", "合計金額が大きすぎます。")

BACKLOG_QUANTITIES_NEEDED = Text(
    "This order has backlog SKUs: say in backlogQuantities which of them are delivered.",
    "バックログSKUがあるため、backlogQuantitiesで納品する数量を指定してください。",
)

NO_BACKLOG_SKUS = Text(
    "This order has no backlog SKUs: leave backlogQuantities out to deliver it as a whole.",
    "バックログSKUがありません。全量を納品する場合はbacklogQuantitiesを省略してください。",
)

UNKNOWN_BACKLOG_SKU = Text("This is not a backlog SKU of the order.", "この注文のバックログSKUではありません。")

MORE_THAN_REMAINS = Text("Only {remaining:,} remain.", "残りは{remaining:,}点です。")

UNKNOWN_SKU_OF_NOTE = Text("This SKU is not on the delivery note.", "このSKUは納品書に含まれていません。")

EMPTY_CARTON = Text("A carton has contents.", "箱には内容を指定してください。")

TOO_MANY_CARTONS = Text(
    "At most {most:,} cartons with {contents:,} contents in all can be given one by one.",
    "箱ごとの内訳は{most:,}箱、合計{contents:,}件までです。",
)

BAD_WEIGHT = Text("A weight is 1 to {most:,} grams.", "重量は1〜{most:,}グラムの整数で指定してください。")

PACKED_OTHERWISE = Text(
    "The cartons have {packed:,} of {sku}, but the note {sent:,}. Give the cartons of all that is sent, or none.",
    "箱の内訳では{sku}が{packed:,}点ですが、納品書では{sent:,}点です。全量の内訳を指定するか、内訳を空にしてください。",
)

OTHER_NUMBER_OF_CARTONS = Text(
    "packing has {packed:,} cartons: leave cartons out, or say the same.",
    "packingは{packed:,}箱です。cartonsは省略するか、同じ数を指定してください。",
)

NOTE_IS_INVOICED = Text(
    "The delivery note is on an invoice: void or delete that first.",
    "この納品書は請求書に含まれています。先に請求書を無効化または削除してください。",
)

NOTE_ON_INVOICE = Text(
    "This delivery note is on an invoice already.",
    "この納品書はすでに請求書に含まれています。",
)

NOTE_OF_WHOLE_ORDER = Text(
    "This delivery note is of the whole order, so its quantities stay as they are.",
    "全量納品の納品書のため、数量は変更できません。",
)

NO_ORDERS = Text("Name at least one order.", "注文を1件以上指定してください。")

NO_DELIVERY_NOTES = Text("Name at least one delivery note.", "納品書を1件以上指定してください。")

TOO_MANY_FOR_AN_INVOICE = Text(
    "An invoice takes at most {most:,} of them.",
    "1枚の請求書に含められるのは{most:,}件までです。",
)

NAMED_TWICE = Text("This one is named twice.", "同じものが2回指定されています。")

ANOTHER_BUYER = Text(
    "An invoice is for one buyer: this one is another buyer's.",
    "1枚の請求書に含められるのは同じバイヤーの注文のみです。",
)

ANOTHER_CURRENCY = Text(
    "An invoice has one currency: this one is in {currency}.",
    "1枚の請求書に含められるのは同じ通貨の注文のみです（この注文：{currency}）。",
)

NOT_A_DRAFT = Text(
    "Only a draft can be deleted; void an issued invoice instead.",
    "削除できるのは下書きの請求書のみです。発行済みの請求書は無効にしてください。",
)

NOT_ISSUABLE = Text("Only a draft can be issued.", "発行できるのは下書きの請求書のみです。")

NOT_VOIDABLE = Text("Only an issued invoice can be voided.", "無効にできるのは発行済みの請求書のみです。")

ONE_OF_IDS_AND_FILTER = Text(
    "Give either orderIds or filter.",
    "orderIdsとfilterのどちらか一方を指定してください。",
)

FILTER_WITHOUT_CONDITION = Text(
    "The filter has no condition, so it would match every order. Add a condition, or set all: true.",
    "絞り込み条件がないため、すべての注文が対象になります。条件を指定するか、all: trueを指定してください。",
)

SELECTION_CHANGED = Text(
    "The selection has changed: it has {count:,} orders now. Check it with dryRun: true, then decide again.",
    "対象の注文が変わりました（現在{count:,}件）。dryRun: trueで再度ご確認ください。",
)

TOKEN_USED = Text(
    "Another request has used this token. Check the selection with dryRun: true, then decide again.",
    "このトークンは使用済みです。dryRun: trueで対象の注文を再度ご確認ください。",
)

TOO_MANY_ORDERS = Text("At most {most:,} orders at a time.", "一度に処理できる注文は{most:,}件までです。")

UNKNOWN_NOTIFICATION = Text("There is no such notification.", "該当する通知がありません。")

NOT_RESENDABLE = Text(
    "Only a failed mail that was not sent again yet can be sent again.",
    "再送できるのは、送信に失敗し、まだ再送していないメールのみです。",
)

MAIL_IS_OUTDATED = Text(
    "The order has been rejected or sent back since: only the mail about that can be sent again.",
    "注文は却下または差し戻し済みです。再送できるのは、その旨をお知らせするメールのみです。",
)

DOCUMENT_IS_UNDONE = Text(
    "What this mail is about no longer holds: the invoice is void, the delivery note is deleted, or the order "
    "confirmation is being revised.",
    "このメールの内容は無効です（請求書の取消、納品書の削除、または注文確認書の見直し）。",
)

NOBODY_TO_SEND_TO = Text(
    "The buyer has no e-mail address now.",
    "バイヤーのメールアドレスが登録されていません。",
)

UNKNOWN_TIME_ZONE = Text(
    "This is not a time zone, e.g. Asia/Tokyo.", "タイムゾーンを指定してください（例：Asia/Tokyo）。"
)

NOT_AN_ADDRESS = Text("This is not an e-mail address.", "メールアドレスの形式ではありません。")

BUYER_ERASED = Text(
    "The personal data of this buyer was erased. It cannot be filled in again.",
    "このバイヤーの個人データは消去済みです。再び登録することはできません。",
)

MAIL_IN_HAND = Text(
    "A mail to this buyer is being sent. Try again in some minutes.",
    "このバイヤーへのメールを送信中です。数分後にもう一度お試しください。",
)

UNKNOWN_BUYER = Text("There is no such buyer.", "該当するバイヤーがありません。")

TEXT_MISSING = Text("This cannot be empty.", "必須項目です。")

TEXT_TOO_LONG = Text(
    "This takes at most {longest:,} characters, not {length:,}.",
    "{longest:,}文字以内で入力してください（現在{length:,}文字）。",
)

TEXT_UNPRINTABLE = Text(
    "A character cannot be kept (U+{character:04X} at {place}): remove it.",
    "使用できない文字（U+{character:04X}、{place}文字目）が含まれています。",
)

NOT_ONE_LINE = Text("This takes one line, without tabs.", "改行とタブは使用できません。")

BUYER_CODE_TAKEN = Text(
    "A buyer with the code {code} exists already.", "バイヤーコード {code} はすでに使用されています。"
)

BUYER_CODE_SIMILAR = Text(
    "This code looks like that of the buyer {code}. Set allowSimilarCode if it is another buyer.",
    "既存のバイヤーコード {code} と似ています。別のバイヤーの場合はallowSimilarCodeをオンにしてください。",
)

TOO_MANY_RECIPIENTS = Text("A buyer has at most {most} e-mail addresses.", "メールアドレスは{most}件までです。")

UNKNOWN_CATALOG = Text("There is no such catalog.", "該当するカタログがありません。")

UNKNOWN_CURRENCY = Text("This is not a currency in use (ISO 4217).", "有効な通貨コード（ISO 4217）ではありません。")

ORDER_CODE_TAKEN = Text(
    "An order with this code exists and says something else.",
    "この注文コードは別の内容の注文で使用されています。",
)

NOT_THE_BRANDS_PRICE = Text("This is not the brand's price.", "ブランドの設定した単価と異なります。")

UNKNOWN_TAG = Text("There is no such tag.", "該当するタグがありません。")

TAG_NAME_BLANK = Text("A tag needs a name.", "タグには名前が必要です。")

TAG_IN_USE = Text(
    "Orders that carry this tag: {count:,}. Set removeFromOrders to take it off them.",
    "このタグは{count:,}件の注文に付いています。外して削除する場合はremoveFromOrdersをオンにしてください。",
)

TAG_COLOR_BAD = Text(
    "A colour is written as #RRGGBB, e.g. #D83A3A.",
    "色は #RRGGBB の形式で指定してください（例：#D83A3A）。",
)

REFERENCE_TAKEN = Text(
    "Order {code} has this external reference already.", "この外部参照番号は注文 {code} で使用されています。"
)

UNKNOWN_MEMBER = Text(
    "No member with this id has done anything here yet. Check the id, or give actorName too.",
    "このIDのメンバーはまだ登録されていません。IDを確認するか、actorName も指定してください。",
)

TAGS_ARE_OF_A_BRAND = Text(
    "Tags belong to a brand: a platform operator has none.",
    "タグはブランドに属するため、プラットフォーム運営者は編集できません。",
)

REASON_REQUIRED = Text("The brand requires a reason for each rejection.", "却下理由を指定してください。")

UNKNOWN_REASON = Text(
    "The brand has no such reason. The query rejectionReasons lists them.", "該当する却下理由がありません。"
)

REASON_ARCHIVED = Text("This reason is archived: give another one.", "この却下理由はアーカイブ済みです。")

NO_REASON_TO_SHOW = Text(
    "There is no reason to show to the buyer: give a reason, or leave showReason false.",
    "バイヤーに伝える却下理由が指定されていません。reason を指定するか、showReason を false にしてください。",
)

REASON_CODE_BAD = Text(
    "A code has 1 to 64 of the characters A–Z, 0–9 and _, and starts with a letter, e.g. OUT_OF_STOCK.",
    "コードは英大文字で始まる64文字以内の英大文字・数字・_で指定してください（例：OUT_OF_STOCK）。",
)

REASON_CODE_TAKEN = Text(
    "A reason with the code {code} exists already, possibly archived.",
    "却下理由コード {code} はすでに使用されています（アーカイブ済みを含む）。",
)

TOO_MANY_REASONS = Text("A brand has at most {most} reasons.", "却下理由は{most}件までです。")

LAST_REASON = Text(
    "The brand requires a reason for each rejection, so it needs one that is not archived.",
    "却下理由が必須のため、有効な却下理由が1件以上必要です。",
)

REASONS_ARE_OF_A_BRAND = Text(
    "Reasons belong to a brand: a platform operator has none.",
    "却下理由はブランドに属するため、プラットフォーム運営者は編集できません。",
)

UNKNOWN_API_KEY = Text("There is no such API key.", "該当するAPIキーがありません。")

API_KEY_NAME_BLANK = Text("An API key needs a name.", "APIキーには名前が必要です。")

API_KEY_SCOPES_MISSING = Text("An API key needs at least one scope.", "APIキーにはスコープを1つ以上指定してください。")

API_KEY_EXPIRY_PAST = Text("An API key cannot have expired already.", "有効期限には未来の日時を指定してください。")

API_KEY_ENDED = Text(
    "This API key has been revoked or has expired: create a new one.",
    "このAPIキーは無効または期限切れです。新しいキーを作成してください。",
)

BAD_OVERLAP = Text(
    "The old key stays good for 0 to {most} hours.",
    "旧キーの猶予は0〜{most}時間で指定してください。",
)

ACTOR_ID_BLANK = Text("Say which user: the id is empty.", "ユーザーIDを指定してください。")

TOO_MANY_SIGN_OUTS = Text(
    "At most {most:,} different users of a brand can be signed out.",
    "サインアウトできるユーザーはブランドごとに{most:,}人までです。",
)

TOO_MANY_API_KEYS = Text(
    "A brand has at most {most} API keys: revoke one first.",
    "APIキーはブランドごとに{most}個までです。先に不要なキーを無効にしてください。",
)

UNKNOWN_WEBHOOK = Text("There is no such webhook.", "該当するWebhookがありません。")

WEBHOOK_NAME_BLANK = Text("A webhook needs a name.", "Webhookには名前が必要です。")

WEBHOOK_KIND_BAD = Text("No event has the kind {kind}.", "イベントの種類 {kind} は指定できません。")

WEBHOOK_AFTER_BAD = Text(
    "The events have the numbers 1 to {head}: give 0 to {head} as after.",
    "afterには0〜{head}を指定してください。",
)

TOO_MANY_WEBHOOKS = Text(
    "A brand has at most {most} webhooks: delete one first.",
    "Webhookはブランドごとに{most}個までです。先に不要なものを削除してください。",
)
