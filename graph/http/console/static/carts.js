// A buyer's carts: change the quantities, and order.

import {graphql, newKey} from './api.js'
import {LinesEditor} from './documents.js'
import {Failure, Heading, Icon, Link, Loading, Note, Time, go, html, useLoaded, useScreen, useState} from './parts.js'
import {add, t} from './texts.js'

add({
  cartsAbout: ['What you have put aside to order.', '注文前の商品です。'],
  noCarts: ['Your cart is empty', 'カートは空です'],
  cartOf: [code => `Cart for ${code}`, code => `${code}のカート`],
  fromOrder: ['Sent back from order', '差し戻された注文'],
  saveCart: ['Save', '保存'],
  placeOrder: ['Place Order', '注文する'],
  orderComment: ['Comment to the brand', 'ブランドへのコメント'],
  wasPlaced: [code => `Order ${code} was placed.`, code => `注文${code}を受け付けました。`],
})

/** @param {import('./app.js').Shared} props */
export function Screen({user, say, failed}) {
  const buyerId = user.viewer.buyer?.id
  const loaded = useLoaded(async signal => (buyerId ? graphql('Carts', {buyerId}, signal) : {carts: []}), [])
  useScreen(t('carts'), loaded, failed)
  const carts = loaded.data?.carts
  return html`<${Heading} title=${t('carts')} about=${t('cartsAbout')} />
    ${loaded.error && html`<${Failure} error=${loaded.error} retry=${loaded.again} />`}
    ${!carts && !loaded.error && html`<${Loading} />`}
    ${carts?.length === 0 && html`<div class="card empty"><${Icon} name="box" /><h2>${t('noCarts')}</h2><${Link} class="btn" to="/console">${t('toTheList')}<//></div>`}
    <div class="stack">${carts?.map(cart => html`<${Cart} key=${`${cart.id} ${cart.updatedAt}`} cart=${cart} buyerId=${buyerId} say=${say} failed=${failed} again=${loaded.again} />`)}</div>`
}

/** @param {{cart: import('./api.js').Operations['Carts']['data']['carts'][number], buyerId: string, say: any, failed: any, again: any}} props */
function Cart({cart, buyerId, say, failed, again}) {
  const [lines, setLines] = useState(cart.lines.map(each => ({sku: each.sku, quantity: each.quantity, unitPrice: each.unitPrice.amount})))
  const [comment, setComment] = useState('')
  const [problems, setProblems] = useState([])
  const [isBusy, setBusy] = useState(false)
  const [key, setKey] = useState(newKey)
  const currency = cart.lines[0]?.unitPrice.currency
  const shared = {
    catalogCode: cart.catalogCode,
    currency,
    lines: lines.map(({sku, quantity, unitPrice}) => ({skuId: sku.id, quantity: Number(quantity), unitPrice})),
    idempotencyKey: key,
  }
  const send = async (operation, input, done) => {
    if (isBusy) return
    setBusy(true)
    setProblems([])
    try {
      const answer = Object.values(await graphql(operation, {input}))[0]
      if (!answer.userErrors.length) return done(answer)
      setKey(newKey())
      setProblems(answer.userErrors)
    } catch (error) {
      failed(error) || setProblems([{message: error.message}])
    }
    setBusy(false)
  }
  const save = () => send('UpdateCart', shared, () => {
    say(t('saved'))
    again()
  })
  const order = event => {
    event.preventDefault()
    send('PlaceOrder', {...shared, buyerId, comment: comment.trim() || null}, ({order: placed}) => {
      say(t('wasPlaced', placed.code))
      go(`/console/orders/${placed.id}`)
    })
  }
  const title = `h-${cart.id}`
  return html`<section class="card" aria-labelledby=${title}><header><h2 id=${title}>${t('cartOf', cart.catalogCode)}</h2><span class="mute small push"><${Time} at=${cart.updatedAt} full /></span></header>
    <form class="in stack" onSubmit=${order}>
    ${cart.sourceOrder && html`<p class="small">${t('fromOrder')} <${Link} to=${`/console/orders/${cart.sourceOrder.id}`}>${cart.sourceOrder.code}<//></p>`}
    ${problems.length > 0 && html`<${Note} tone="no" icon="alert" role="alert" title="">${problems.map(each => html`<p class="small" key=${each.message}>${each.message}</p>`)}<//>`}
    <${LinesEditor} lines=${lines} setLines=${setLines} currency=${currency} hasPrices=${false} />
    <div class="field"><label for=${`comment-${cart.id}`}>${t('orderComment')} <span class="mute small">${t('optional')}</span></label><textarea class="input" id=${`comment-${cart.id}`} rows="2" maxlength="2000" value=${comment} onInput=${event => setComment(event.target.value)} /></div>
    <div class="row"><button type="button" class="btn push" disabled=${isBusy} onClick=${save}>${t('saveCart')}</button><button class="btn primary" disabled=${isBusy || lines.length === 0} aria-busy=${isBusy}>${t('placeOrder')}</button></div></form></section>`
}
