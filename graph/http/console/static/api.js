// Talks to the API: the session, requests, and the errors of both.

const meta = name => /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[name="${name}"]`))?.content ?? ''

export const base = meta('public-path')
export const graphiql = meta('graphiql') === 'yes'
/** @type {{name: string, label: string, token: string}[]} */
export const demo = JSON.parse(meta('demo') || '[]')

const SESSION = 'order-management:session'
const LANGUAGE = 'order-management:language'

/** An answer that is no answer: no connection, or an error of the API as a whole. */
export class ApiError extends Error {
  /** @param {string} code @param {string} message @param {string} [requestId] */
  constructor(code, message, requestId = '') {
    super(message)
    this.code = code
    this.requestId = requestId
  }
  /** Whether to sign in again. */
  get isSignedOut() { return ['UNAUTHENTICATED', 'SIGNED_OUT'].includes(this.code) }
}

export const session = {
  get token() { return sessionStorage.getItem(SESSION) ?? '' },
  set token(value) { value ? sessionStorage.setItem(SESSION, value) : sessionStorage.removeItem(SESSION) },
}

export const language = {
  /** 'EN' or 'JA': as chosen, else the browser's. */
  get() { return localStorage.getItem(LANGUAGE) ?? (navigator.language.startsWith('ja') ? 'JA' : 'EN') },
  set(value) { localStorage.setItem(LANGUAGE, value) },
  get isChosen() { return localStorage.getItem(LANGUAGE) !== null },
}

/** @type {Promise<Record<string, string>> | undefined} */
let documents

async function textOf(operationName) {
  documents ??= fetch(`${base}/console/operations.json`).then(answer => answer.json())
  try {
    return (await documents)[operationName]
  } catch {
    documents = undefined
    throw new ApiError('OFFLINE', 'The server did not answer.')
  }
}

/** What each request says of itself. */
async function request(operationName, variables = {}, accept) {
  const query = await textOf(operationName)
  const token = session.token
  const identity = token.startsWith('omk_') ? {'X-Merchant-API-Key': token} : {Authorization: `Bearer ${token}`}
  return {
    method: 'POST',
    headers: {
      ...identity,
      'Content-Type': 'application/json',
      Accept: accept,
      'Accept-Language': language.get().toLowerCase(),
    },
    body: JSON.stringify({operationName, query, variables}),
  }
}

/** fetch, whose failure is an ApiError unless `signal` ended it. */
async function send(init, signal) {
  try {
    return await fetch(`${base}/graphql`, {...init, signal})
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new ApiError('OFFLINE', 'The server did not answer.')
  }
}

/** The data of an answer; raises ApiError. */
function dataOf(answer, response) {
  const requestId = response.headers.get('X-Request-ID') ?? ''
  const [error] = answer.errors ?? []
  if (error) throw new ApiError(error.extensions?.code ?? `${response.status}`, error.message, requestId)
  if (!answer.data) throw new ApiError(`${response.status}`, response.statusText, requestId)
  return answer.data
}

/** @typedef {import('../types/operations.js').Operations} Operations by name, what each takes and answers */
/** @typedef {Operations['Order']['data']['order']} Order */
/** @typedef {Operations['Orders']['data']['orders']['nodes'][number]} OrderRow */

/**
 * Runs one of the console's operations.
 * @template {keyof Operations} Name
 * @param {Name} operationName the name of its file
 * @param {Operations[Name]['variables']} [variables]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Operations[Name]['data']>} raises ApiError
 */
export async function graphql(operationName, variables, signal) {
  const response = await send(await request(operationName, variables, 'application/graphql-response+json'), signal)
  return dataOf(await response.json().catch(() => ({})), response)
}

/**
 * Runs a subscription, by GraphQL over SSE.
 * @template {keyof Operations} Name
 * @param {Name} operationName the name of its file
 * @param {Operations[Name]['variables']} variables
 * @param {{onOpen: () => void, onBytes: () => void, onData: (data: Operations[Name]['data']) => void, signal: AbortSignal}} handlers
 * @returns {Promise<void>} when the stream has ended; raises ApiError
 */
export async function subscribe(operationName, variables, {onOpen, onBytes, onData, signal}) {
  const response = await send(await request(operationName, variables, 'text/event-stream'), signal)
  if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
    dataOf(await response.json().catch(() => ({})), response)
    throw new ApiError('NO_STREAM', 'The server sent no stream.')
  }
  onOpen()
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    let part
    try {
      part = await reader.read()
    } catch (error) {
      if (error.name === 'AbortError') throw error
      throw new ApiError('OFFLINE', 'The connection was lost.')
    }
    if (part.done) return
    onBytes()
    const events = (text + part.value).split('\n\n')
    text = events.pop()
    for (const each of events) {
      const data = /^data: (.*)$/m.exec(each)?.[1]
      if (data) onData(dataOf(JSON.parse(data), response))
    }
  }
}

/** Opens a signed link, as a download. */
export function download({url, filename}) {
  const link = Object.assign(document.createElement('a'), {href: url, download: filename})
  document.body.append(link)
  link.click()
  link.remove()
}

/** A key that makes a command that is sent twice run once. */
export const newKey = () => crypto.randomUUID()
