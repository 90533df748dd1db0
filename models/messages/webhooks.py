"""The texts of the mail to a brand's admins about a webhook that was paused, in every language."""

from models.locale import Text

SUBJECT = Text(
    "{brand}: webhook {name} was paused",
    "【{brand}】Webhook {name} が一時停止されました",
)
FAILED_TOO_LONG = Text(
    "The webhook {name} to {host} was paused, because its receiver has not accepted an event for 3 days.",
    "Webhook「{name}」（送信先：{host}）は、受信側で3日間イベントを受け取れなかったため、一時停止されました。",
)
GONE = Text(
    "The webhook {name} to {host} was paused, because its receiver answered 410 Gone: it wants no more events.",
    "Webhook「{name}」（送信先：{host}）は、受信側が410 Gone（受信終了）を返したため、一時停止されました。",
)
LAST_ANSWER = Text("The last attempt: {answer}.", "最後の送信結果：{answer}")
WHAT_NOW = Text(
    "No event is lost. Once the receiver works, resume the webhook (resumeWebhook): it goes on after event {position}.",
    "イベントは失われていません。受信側の復旧後にWebhookを再開（resumeWebhook）すると、"
    "イベント {position} の次から送信されます。",
)
