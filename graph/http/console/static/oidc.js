// Sign-in by an OpenID Connect provider: the authorization code flow of a public client, with PKCE (RFC 7636).

import {base} from './api.js'

const PENDING = 'order-management:sign-in'
const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="oidc"]'))?.content

/**
 * What the server's settings say of the provider.
 * @type {{issuer: string, client_id: string, authorize_url: string, token_url: string, scope: string} | null}
 */
export const provider = meta ? JSON.parse(meta) : null

const redirectUri = () => `${location.origin}${base}/console`
/** @param {Uint8Array} bytes */
const base64url = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)))

/** Leaves for the provider's page. Afterwards the browser is back at the place where it is now. */
export async function leave() {
  const verifier = random()
  const state = random()
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const url = new URL(provider.authorize_url)
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: provider.client_id,
    redirect_uri: redirectUri(),
    scope: provider.scope,
    state,
    nonce: random(),
    code_challenge: base64url(new Uint8Array(hash)),
    code_challenge_method: 'S256',
  })) url.searchParams.set(name, value)
  sessionStorage.setItem(PENDING, JSON.stringify({verifier, state, place: location.pathname + location.search}))
  location.assign(url)
}

/**
 * The token, when the provider has sent the browser back with a code; the address is then the place of before.
 * @returns {Promise<string | undefined>} undefined: the browser does not come from the provider; raises Error
 */
export async function returned() {
  const answer = new URLSearchParams(location.search)
  const isAnswer = location.pathname === `${base}/console` && (answer.has('code') || answer.has('error'))
  if (!provider || !isAnswer) return undefined
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null')
  sessionStorage.removeItem(PENDING)
  history.replaceState(null, '', pending?.place ?? `${base}/console`)
  if (answer.has('error')) throw new Error(answer.get('error_description') ?? answer.get('error'))
  if (pending?.state !== answer.get('state')) throw new Error('The answer is not to the question of this window.')
  // RFC 9207: the answer of another provider, to which this one was mixed up.
  if (answer.has('iss') && answer.get('iss') !== provider.issuer) throw new Error('Another provider answered.')
  const response = await fetch(provider.token_url, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.get('code'),
      redirect_uri: redirectUri(),
      client_id: provider.client_id,
      code_verifier: pending.verifier,
    }),
  })
  const tokens = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(tokens.error_description ?? tokens.error ?? `${response.status}`)
  // The API reads JWTs. A provider that has no access tokens of that form for this API puts the claims into the id token.
  return tokens.access_token?.split('.').length === 3 ? tokens.access_token : tokens.id_token
}
