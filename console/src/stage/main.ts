import { nextStep, readStage, Refused, restart, signIn, type FrameName, type Stage } from './api'
import { badge, listen } from './clock'
import { arrange, FRAMES, glow, lead, makeDevices, type Device } from './devices'
import { el, mark } from './dom'
import { find, isEnglish, speak, t } from './words'
import './stage.css'
import './narrow.css'

const POLL_MS = 3000
const BADGE_MS = 9000

/** Where each step can be seen; the first is where to look. */
const SEEN: Record<string, FrameName[]> = {
  publish: ['console', 'associate'],
  send: ['associate', 'customer'],
  open: ['customer', 'associate'],
  buy: ['customer', 'associate', 'console'],
  refund: ['associate', 'console', 'customer'],
}

const root = document.getElementById('stage')
if (!root) throw new Error('stage.html has no #stage')
document.title = t('title')

const devices = makeDevices()
const rail = el('ol', { class: 'rail' })
const caption = el('p', { class: 'words', 'aria-live': 'polite' })
const button = el('button', { class: 'next', type: 'button', onclick: () => void advance() })
const again = el(
  'button',
  { class: 'ghost', type: 'button', onclick: () => void startOver() },
  t('restart'),
)
const language = el(
  'button',
  { class: 'ghost', type: 'button', onclick: () => speak(isEnglish ? 'zh-CN' : 'en') },
  t('language'),
)
const floor = el('main', { class: 'floor' }, ...devices.map((device) => device.root))
const tabs = el('nav', { class: 'tabs' })

let tappedAt = Date.now()
let isBusy = false
let done = ''

build(root)
void open()

function build(stage: HTMLElement): void {
  const brand = el(
    'div',
    { class: 'brand' },
    mark(),
    el('b', {}, '回头'),
    el('span', {}, t('lead')),
  )
  const head = el('header', { class: 'top' }, brand, rail, el('div', {}, again, language))
  for (const name of FRAMES) {
    tabs.append(
      el(
        'button',
        { type: 'button', 'data-frame': name, onclick: () => turnTo(name) },
        t(`short.${name}`),
      ),
    )
  }
  stage.append(head, tabs, floor, el('footer', { class: 'caption' }, caption, button))
  turnTo('console')
  new ResizeObserver(() => arrange(floor, devices)).observe(floor)
}

async function open(): Promise<void> {
  try {
    const stage = await readStage()
    await Promise.all([signIn('console'), signIn('phone')])
    done = lastDone(stage)
    show(stage)
    listen(() => tappedAt, arrived)
    window.setInterval(() => void refresh(), POLL_MS)
  } catch (error) {
    const isMissing = error instanceof Refused && [403, 404].includes(error.status)
    say(isMissing ? t('not_demo') : t('trouble', { reason: String(error) }))
    button.disabled = true
  }
}

async function advance(): Promise<void> {
  const isOver = button.dataset.over === 'yes'
  await act(isOver ? restart : nextStep)
}

async function startOver(): Promise<void> {
  await act(restart)
}

async function act(work: () => Promise<Stage>): Promise<void> {
  if (isBusy) return
  isBusy = true
  tappedAt = Date.now()
  button.disabled = true
  button.classList.add('busy')
  try {
    const stage = await work()
    isBusy = false
    show(stage)
  } catch (error) {
    isBusy = false
    say(t('trouble', { reason: error instanceof Error ? error.message : String(error) }))
    button.disabled = false
    button.classList.remove('busy')
  }
}

/** What was done by hand inside the frames moves the story on as well. */
async function refresh(): Promise<void> {
  if (isBusy || document.hidden) return
  const stage = await readStage().catch(() => null)
  if (stage && !isBusy) show(stage)
}

function show(stage: Stage): void {
  for (const device of devices) lead(device, stage.frames[device.name])
  drawRail(stage)
  const now = stage.steps.filter((step) => step.is_done).pop()
  say(now?.text ?? t('intro'))
  const next = stage.steps.find((step) => !step.is_done)
  const title = next && (find(`step.${next.code}`) ?? next.title)
  button.dataset.over = next ? 'no' : 'yes'
  button.disabled = stage.is_busy
  button.classList.toggle('busy', stage.is_busy)
  button.replaceChildren(
    el('span', {}, stage.is_busy ? t('busy') : t(next ? 'next' : 'again')),
    ...(title && !stage.is_busy ? [el('small', {}, title)] : []),
  )
  const code = lastDone(stage)
  if (code !== done) {
    done = code
    const seen = (SEEN[code] ?? []).map(deviceOf)
    for (const device of seen) glow(device)
    if (seen[0]) turnTo(seen[0].name)
  }
}

function drawRail(stage: Stage): void {
  const nextIndex = stage.steps.findIndex((step) => !step.is_done)
  rail.replaceChildren(
    ...stage.steps.map((step, index) =>
      el(
        'li',
        { class: step.is_done ? 'done' : index === nextIndex ? 'at' : '' },
        el('i', {}, step.is_done ? '✓' : String(index + 1)),
        find(`step.${step.code}`) ?? step.title,
      ),
    ),
  )
}

function say(text: string): void {
  if (caption.textContent === text) return
  caption.replaceChildren(el('span', {}, text))
}

function arrived(what: Parameters<typeof badge>[0]): void {
  const phone = deviceOf('associate')
  phone.root.querySelector('.badge')?.remove()
  const shown = badge(what)
  phone.root.append(shown)
  glow(phone)
  window.setTimeout(() => shown.remove(), BADGE_MS)
}

function lastDone(stage: Stage): string {
  return stage.steps.filter((step) => step.is_done).pop()?.code ?? ''
}

function deviceOf(name: FrameName): Device {
  const found = devices.find((device) => device.name === name)
  if (!found) throw new Error(`no device ${name}`)
  return found
}

/** On a phone one device is shown at a time. */
function turnTo(name: FrameName): void {
  for (const device of devices) device.root.classList.toggle('front', device.name === name)
  for (const tab of tabs.querySelectorAll('button'))
    tab.setAttribute('aria-pressed', String(tab.dataset.frame === name))
}
