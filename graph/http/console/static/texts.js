// The console's own words in both languages. Statuses, reasons, blockers, history and mails come from the API.

import {language} from './api.js'

const TEXTS = {
  orderManagement: ['Order Management', '注文管理'],
  transactions: ['Transactions', '取引'],
  skip: ['Skip to the content', '本文へ移動'],
  otherLanguage: ['日本語', 'English'],
  buyers: ['Buyers', 'バイヤー'],
  analytics: ['Analytics', '分析'],
  historyMenu: ['History', '履歴'],
  settings: ['Settings', '設定'],
  carts: ['Carts', 'カート'],
  apiKeys: ['API keys', 'APIキー'],
  webhooks: ['Webhooks', 'Webhook'],
  create: ['Create', '作成'],
  entries: [n => `${n} ${n === '1' ? 'entry' : 'entries'}`, n => `${n}件`],
  menu: ['Menu', 'メニュー'],
  live: ['Live', '接続中'],
  everyHalfMinute: ['Updated every 30 s', '30秒ごとに更新'],
  reconnecting: ['Reconnecting…', '再接続中…'],
  connectionLost: ['Connection lost, reconnecting…', '接続が切れました。再接続しています…'],
  asOf: ['What you see is of', '表示内容の時点:'],
  caughtUp: [
    n => `Connected again. ${n === 0 ? 'Nothing has changed.' : n === 1 ? '1 change meanwhile.' : `${n} changes meanwhile.`}`,
    n => `再接続しました。${n === 0 ? '変更はありません。' : `その間の変更は${n}件です。`}`,
  ],
  rejectedBySomebody: [
    (who, code) => `${who} rejected order ${code} just now.`,
    (who, code) => `${who}さんが注文${code}を却下しました。`,
  ],
  showNew: [n => `${n} new`, n => `新着${n}件`],
  account: ['account', 'アカウント'],
  role: ['Role', 'ロール'],
  shortcuts: ['Keyboard shortcuts', 'キーボードショートカット'],
  signOut: ['Sign out', 'サインアウト'],
  signIn: ['Sign in', 'サインイン'],
  signInWithProvider: [host => `Sign in with ${host}`, host => `${host} でサインイン`],
  providerRefused: ['Signing in did not work: ', 'サインインできませんでした：'],
  token: ['Access token or API key', 'アクセストークンまたはAPIキー'],
  tokenHelp: ['Kept in this tab only, until you close it.', 'このタブを閉じるまで、このタブだけに保存されます。'],
  tokenRefused: ['This token or key is not accepted: ', 'このトークンまたはキーは使えません: '],
  sessionEnded: ['Your session has ended.', 'セッションが終了しました。'],
  sessionEndedMore: [
    'Sign in and you are back at the same place; what you typed is kept.',
    'サインインすると同じ画面に戻ります。入力した内容は残っています。',
  ],
  demoAs: ['Demo: come in as', 'デモ: 次のユーザーで入る'],
  searchOrders: ['Search orders', '注文を検索'],
  searchIn: ['Code, buyer, model or SKU', '注文番号・バイヤー・品番・SKU'],
  assignedToMe: ['Assigned to me', '自分の担当'],
  fromDay: ['From', '開始日'],
  toDay: ['To', '終了日'],
  canBeRejected: ['Can be rejected', '却下できる'],
  deliveryStatus: ['Delivery status', '納品ステータス'],
  tag: ['Tag', 'タグ'],
  tags: ['Tags', 'タグ'],
  withoutTag: ['Without a tag', 'タグなし'],
  reason: ['Reason', '却下理由'],
  placed: ['Placed', '注文日'],
  updated: ['Updated', '更新'],
  total: ['Total', '合計'],
  status: ['Status', 'ステータス'],
  all: ['All', 'すべて'],
  archived: ['Archived', 'アーカイブ済み'],
  clearFilters: ['Clear filters', '条件をクリア'],
  order: ['Order', '注文'],
  buyer: ['Buyer', 'バイヤー'],
  offline: ['Offline', 'オフライン'],
  blocksRejection: ['Blocks rejection', '却下を妨げるもの'],
  nothing: ['Nothing', 'なし'],
  final: ['Final', '完了'],
  details: ['Details', '詳細'],
  select: ['Select', '選択'],
  selectPage: ['Select all on this page', 'このページをすべて選択'],
  selected: [n => `${n} selected`, n => `${n}件を選択`],
  selectMatching: [n => `Select all ${n} that match`, n => `条件に合う${n}件すべてを選択`],
  unselect: ['Unselect', '選択を解除'],
  rejectSelected: ['Reject…', '却下…'],
  createOcSelected: ['Create OCs…', 'OCを作成…'],
  confirmSelected: ['Confirm…', '確定…'],
  tagSelected: ['Tags…', 'タグ…'],
  archiveSelected: ['Archive…', 'アーカイブ…'],
  otherActions: ['Other actions', 'その他の操作'],
  orders: [n => `${n} ${n === '1' ? 'order' : 'orders'}`, n => `${n}件の注文`],
  ordersCaption: ['Orders', '注文一覧'],
  previous: ['Previous', '前へ'],
  next: ['Next', '次へ'],
  noOrders: ['No orders match', '該当する注文はありません'],
  noOrdersMore: ['Change the search or clear the filters.', '検索語を変えるか、条件をクリアしてください。'],
  anyTime: ['Any time', '期間指定なし'],
  lastDays: [n => `Last ${n} days`, n => `過去${n}日間`],
  loading: ['Loading', '読み込み中'],
  notLoaded: ['This could not be loaded.', '読み込めませんでした。'],
  tryAgain: ['Try again', '再試行'],
  request: ['Request', 'リクエスト'],
  version: ['version', 'バージョン'],
  lines: ['Lines', '明細'],
  original: ['Original order', '当初の注文'],
  confirmation: ['Order confirmation', '注文確認書（OC）'],
  product: ['Product', '商品'],
  quantity: ['Quantity', '数量'],
  unitPrice: ['Unit price', '単価'],
  amount: ['Amount', '金額'],
  removed: ['Removed', '削除'],
  added: ['Added', '追加'],
  differ: [n => `${n} ${n === 1 ? 'line differs' : 'lines differ'}`, n => `${n}行に違いがあります`],
  onlyDifferences: ['Only what differs', '違いのみ'],
  parties: ['Parties', '取引先'],
  mailsGoTo: ['Mails go to', '通知先'],
  nobody: ['Nobody', 'なし'],
  address: ['Address', '住所'],
  replaces: ['Replaces', '差し替え元'],
  documents: ['Documents', '書類'],
  noDocuments: ['No delivery note, no invoice, no backlog SKUs.', '納品書・請求書・バックログSKUはありません。'],
  deliveryNote: ['Delivery note', '納品書'],
  invoice: ['Invoice', '請求書'],
  backlogSkus: ['Backlog SKUs', 'バックログSKU'],
  mails: ['Mails', 'メール'],
  noMails: ['No mail yet.', 'メールはまだありません。'],
  mail: ['Mail', 'メール'],
  to: ['To', '宛先'],
  subject: ['Subject', '件名'],
  state: ['State', '状態'],
  resend: ['Resend', '再送'],
  history: ['History of judgment', '判断の履歴'],
  actions: ['Actions', '操作'],
  notPossible: [n => `Not possible now, and why (${n})`, n => `現在できない操作と理由（${n}）`],
  rejectThis: ['Reject This Order', 'この注文を却下'],
  archiveOrder: ['Archive Order', '注文をアーカイブ'],
  applyTags: ['Apply Tags', 'タグを設定'],
  createOc: ['Create OC', 'OCを作成'],
  updateOc: ['Update OC', 'OCを更新'],
  approveOc: ['Approve OC', 'OCを承認'],
  refuseOc: ['Refuse OC', 'OCを差し戻す'],
  confirmOc: ['Confirm OC', 'OCを確定'],
  makeEditable: ['Make OC Editable', 'OCを編集可能に戻す'],
  sendBack: ['Send Back to Cart', 'カートに差し戻す'],
  createBacklog: ['Create Backlog SKUs', 'バックログSKUを作成'],
  createNote: ['Create Delivery Note', '納品書を作成'],
  editNote: ['Edit Delivery Note', '納品書を編集'],
  deleteNote: ['Delete Delivery Note', '納品書を削除'],
  createInvoice: ['Create Invoice', '請求書を作成'],
  invoiceNotes: ['Invoice Delivery Notes', '納品書を請求'],
  issueInvoice: ['Issue Invoice', '請求書を発行'],
  voidInvoice: ['Void Invoice', '請求書を無効にする'],
  deleteInvoice: ['Delete Invoice', '請求書を削除'],
  assign: ['Assign', '担当者を設定'],
  setReference: ['Set External Reference', '外部参照を設定'],
  externalReference: ['External reference', '外部参照'],
  assignee: ['In charge', '担当者'],
  catalog: ['Catalog', 'カタログ'],
  comment: ['Comment', 'コメント'],
  edit: ['Edit', '編集'],
  delete: ['Delete', '削除'],
  draft: ['Draft', '下書き'],
  issued: ['Issued', '発行済み'],
  void: ['Void', '無効'],
  tracking: ['Tracking', '追跡番号'],
  left: [n => `${n} left`, n => `残り${n}`],
  subtotal: ['Subtotal', '小計'],
  tax: ['Tax', '消費税'],
  shippingFee: ['Shipping fee', '送料'],
  replacedBy: ['Replaced by', '差し替え先'],
  lookAgain: [n => `It is at version ${n} now. Look at it, then go on.`, n => `バージョン${n}になりました。内容を確認してから続けてください。`],
  noMailIsSent: ['The buyer sees it when signing in next.', '次にサインインしたとき、バイヤーに表示されます。'],
  stepPlaced: ['Placed', '注文'],
  stepCreated: ['OC created', 'OC作成'],
  stepApproved: ['OC approved', 'OC承認'],
  stepConfirmed: ['OC confirmed', 'OC確定'],
  stepDelivered: ['Delivered', '納品'],
  progress: ['Progress', '進捗'],
  hintArchive: ['Only rejected or returned orders can be archived.', '却下または差し戻された注文のみアーカイブできます。'],
  hintOcExists: ['An OC exists already.', 'OCはすでに作成されています。'],
  hintCreateFirst: ['Create the OC first.', '先にOCを作成してください。'],
  hintUpdateFirst: ['The buyer refused the OC: update it first.', 'バイヤーがOCを差し戻しました。先にOCを更新してください。'],
  hintConfirmFirst: ['Confirm the OC first.', '先にOCを確定してください。'],
  hintApproved: ['The buyer approved it: confirm it, then make it editable.', 'バイヤーが承認済みです。確定してから編集可能に戻してください。'],
  hintConfirmed: ['The OC is confirmed already.', 'OCはすでに確定しています。'],
  hintMakeEditable: ['Make the OC editable first.', '先にOCを編集可能に戻してください。'],
  hintNotPermitted: ['Ask an admin of the brand.', 'ブランドの管理者にご相談ください。'],
  pdf: ['PDF', 'PDF'],
  excel: ['Excel', 'Excel'],
  rejectedStamp: ['Rejected', '却下済'],
  declinedStamp: ['Declined', 'お断り'],
  internalNote: ['Internal note', '社内メモ'],
  optional: ['optional', '任意'],
  neverSent: ['Never sent to the buyer.', 'バイヤーには送信されません。'],
  message: ['Message to the buyer', 'バイヤーへのメッセージ'],
  notNotified: ['The buyer was not notified by e-mail.', 'バイヤーにメールは送信されていません。'],
  notified: ['The buyer was notified by e-mail.', 'バイヤーにメールで通知しました。'],
  rejectTheOrder: ['Reject The Order', '注文を却下'],
  close: ['Close', '閉じる'],
  cancel: ['Cancel', 'キャンセル'],
  reasonHelp: ['For your history and analytics. The buyer does not see it.', '履歴と分析のための項目です。バイヤーには見えません。'],
  reasonRequired: [
    'For your history and analytics. Your brand requires one.',
    '履歴と分析のための項目です。このブランドでは必須です。',
  ],
  noReason: ['No reason given', '理由なし'],
  notify: ['Notify the buyer by e-mail', 'バイヤーにメールで通知する'],
  notifyOn: ['On: an e-mail goes to the buyer.', 'オン: バイヤーにメールを送信します。'],
  notifyOff: ['Off: no e-mail is sent.', 'オフ: メールは送信されません。'],
  body: ['E-mail body', 'メール本文'],
  useStandard: ['Use the standard text', '標準文を使う'],
  inBuyersLanguage: ['In the buyer’s language', 'バイヤーの言語'],
  asBuyerSees: ['The mail as the buyer will see it', 'バイヤーに届くメール'],
  livePreview: ['Live preview', 'ライブプレビュー'],
  whoReceives: ['Who receives it', '通知先'],
  noMailTitle: ['No e-mail is sent', 'メールは送信されません'],
  noMailMore: ['The buyer sees that the order was declined when signing in next.', '次にサインインしたとき、バイヤーに「お断り」と表示されます。'],
  nobodyMailed: ['Nobody is mailed', 'メールは誰にも届きません'],
  offlineBuyer: [
    'This buyer is offline: there is nobody to mail.',
    'オフラインのバイヤーのため、メールの送信先がありません。',
  ],
  noAddress: ['This buyer has no address that mails can go to.', 'メールを送れる宛先がありません。'],
  neverUndone: ['This can never be undone.', 'この操作は取り消せません。'],
  neverUndoneMore: [
    'The order stays as a log; only Archive and Apply Tags remain. PDF and Excel stay available.',
    '注文は記録として残り、アーカイブとタグ設定のみ可能です。PDFとExcelは引き続き利用できます。',
  ],
  reject: ['Reject', '却下する'],
  rejectVersion: [n => `Reject version ${n}`, n => `バージョン${n}を却下する`],
  rejecting: ['Rejecting…', '却下しています…'],
  hasChanged: ['This order has just changed.', 'この注文はたった今変更されました。'],
  hasChangedMore: [
    (was, is) => `It is at version ${is} now, not ${was}. Nothing was rejected; what you typed is kept.`,
    (was, is) => `バージョン${was}から${is}になりました。却下はされていません。入力内容は残っています。`,
  ],
  cannotBeRejected: ['This order cannot be rejected now.', 'この注文は現在却下できません。'],
  wasRejected: [code => `Order ${code} was rejected.`, code => `注文${code}を却下しました。`],
  mailGoesTo: [to => `An e-mail goes to ${to}.`, to => `${to}にメールを送信します。`],
  saved: ['Saved.', '保存しました。'],
  wasArchived: ['The order was archived.', '注文をアーカイブしました。'],
  save: ['Save', '保存'],
  archiveQuestion: [
    'An archived order leaves the list and cannot come back to it. It stays in the log.',
    'アーカイブした注文は一覧に戻せません。記録には残ります。',
  ],
  notFound: ['There is nothing here.', '何も見つかりません。'],
  notFoundMore: ['The order was not found, or you may not see it.', '注文が見つからないか、閲覧する権限がありません。'],
  toTheList: ['To the list', '一覧へ'],
}

/** Adds the words of a screen that is loaded later. */
export const add = more => Object.assign(TEXTS, more)

/** The words for a key, in the current language; a function where they depend on values. */
export const t = (key, ...values) => {
  const text = TEXTS[key][language.get() === 'JA' ? 1 : 0]
  return typeof text === 'function' ? text(...values) : text
}

const tag = () => (language.get() === 'JA' ? 'ja-JP' : 'en-GB')

export const number = value => new Intl.NumberFormat(tag()).format(value)

export const money = ({amount, currency}) =>
  new Intl.NumberFormat(tag(), {style: 'currency', currency, currencyDisplay: 'narrowSymbol'}).format(amount)

/** In the brand's time zone. `full`: with the year. */
export const moment = (iso, timeZone, full = false) =>
  new Intl.DateTimeFormat(tag(), {
    timeZone,
    year: full ? 'numeric' : undefined,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(iso))

/** `date`: 2026-11-29. */
export const day = date =>
  new Intl.DateTimeFormat(tag(), {timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric'}).format(new Date(date))

/** The date, or '' for what is none: an address can have anything in it. */
export const dateOf = text => (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '')

/** The day of a moment, now if none, in a zone: 2026-11-29. */
export const dayIn = (timeZone, at = new Date()) => new Intl.DateTimeFormat('en-CA', {timeZone}).format(at)

export const dayAfter = (date, days) => {
  const at = new Date(date)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** When a day begins in a zone, as an instant. */
export function midnight(date, timeZone) {
  // The zone’s distance from UTC in minutes, read twice: the clocks may change in between.
  const offset = at => {
    const parts = new Intl.DateTimeFormat('en-US', {timeZone, timeZoneName: 'longOffset'}).formatToParts(at)
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d+):(\d+))?/.exec(parts.find(each => each.type === 'timeZoneName').value)
    return sign ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : 0
  }
  const utc = new Date(date).getTime()
  const guess = new Date(utc - offset(new Date(utc)) * 60_000)
  return new Date(utc - offset(guess) * 60_000).toISOString()
}

/** `at`: 2026-11. */
export const month = at => new Intl.DateTimeFormat(tag(), {timeZone: 'UTC', year: '2-digit', month: 'short'}).format(new Date(`${at}-01`))

/** The time of a moment, without its day. */
export const hourIn = (timeZone, at) =>
  new Intl.DateTimeFormat(tag(), {timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23'}).format(new Date(at))

export const percent = share => new Intl.NumberFormat(tag(), {style: 'percent', maximumFractionDigits: 1}).format(share)

/** An amount in few letters, for a chart. */
export const compact = ({amount, currency}) =>
  new Intl.NumberFormat(tag(), {style: 'currency', currency, currencyDisplay: 'narrowSymbol', notation: 'compact', maximumFractionDigits: 1}).format(amount)
