import type { FrameName } from './api'
import { el } from './dom'
import { t } from './words'

/** Pixels the page inside believes it has; the picture is scaled to the room there is. */
const PHONE = { width: 360, ratio: 2.08 }
const CONSOLE_WIDTH = 1000
const BEZEL = 9
const CAPTION = 34
const GAP = 26
const GLOW_MS = 2600

export const FRAMES: FrameName[] = ['console', 'associate', 'customer']

export interface Device {
  name: FrameName
  root: HTMLElement
  screen: HTMLElement
  frame: HTMLIFrameElement
}

export function makeDevices(): Device[] {
  return FRAMES.map((name) => {
    const frame = el('iframe', { title: t(name), loading: 'eager' })
    const screen = el('div', { class: 'screen' }, frame, el('p', {}, t('waiting')))
    const body = el('div', { class: 'body' }, screen)
    if (name === 'console') body.prepend(el('div', { class: 'lights' }, el('i'), el('i'), el('i')))
    const kind = name === 'console' ? 'browser' : 'phone'
    const caption = el('figcaption', {}, el('span', {}, t(name)))
    return { name, frame, screen, root: el('figure', { class: `device ${kind}` }, caption, body) }
  })
}

/** Leads a frame somewhere, unless it is there already: what is live need not be loaded again. */
export function lead(device: Device, url: string | null): void {
  const next = url ?? ''
  if (device.frame.dataset.led === next) return
  device.frame.dataset.led = next
  device.screen.classList.toggle('empty', url === null)
  device.frame.src = url ?? 'about:blank'
}

export function glow(device: Device): void {
  device.root.classList.remove('glow')
  // Reading a size between makes the browser start the animation anew.
  void device.root.offsetWidth
  device.root.classList.add('glow')
  window.setTimeout(() => device.root.classList.remove('glow'), GLOW_MS)
}

/** Two phones of equal size and the browser in what is left, as high as the phones. */
export function arrange(floor: HTMLElement, devices: Device[]): void {
  const isNarrow = window.matchMedia('(max-width: 860px)').matches
  const { width, height } = floor.getBoundingClientRect()
  for (const device of devices) {
    const { screen, frame, name } = device
    if (isNarrow) {
      fit(screen, frame, width, width, height)

      continue
    }
    const room = height - CAPTION - 2 * BEZEL
    const phoneWidth = Math.min(room / PHONE.ratio, width * 0.205)
    const high = phoneWidth * PHONE.ratio
    if (name === 'console') {
      const left = width - 2 * (phoneWidth + 2 * BEZEL) - 2 * GAP - 2
      fit(screen, frame, CONSOLE_WIDTH, left, high + 2 * BEZEL - 30)
    } else fit(screen, frame, PHONE.width, phoneWidth, high)
  }
}

function fit(
  screen: HTMLElement,
  frame: HTMLElement,
  inside: number,
  width: number,
  height: number,
): void {
  const scale = width / inside
  screen.style.width = `${width}px`
  screen.style.height = `${height}px`
  frame.style.width = `${inside}px`
  frame.style.height = `${height / scale}px`
  frame.style.transform = `scale(${scale})`
}
