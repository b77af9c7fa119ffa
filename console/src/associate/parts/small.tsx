import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Problem } from '@/client/http'
import { yuan } from '../format'
import { back } from '../router'
import { t, type Key } from '../words'
import { Icon, type IconName } from './icons'

const FACES = ['#12706a', '#b8763c', '#5d7a4a', '#7a5c86', '#3f6f94', '#a3584f']

/** A face for somebody without a picture: the first character, in a colour of their own. */
export function Face({ name, size = 40 }: { name: string | null; size?: number }) {
  const text = name ?? ''
  const hash = Array.from(text).reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 9973, 7)
  const style = {
    width: size,
    height: size,
    fontSize: size * 0.42,
    background: FACES[hash % FACES.length],
  }
  return (
    <span className="face" style={style} aria-hidden="true">
      {text.slice(0, 1) || '·'}
    </span>
  )
}

/** An amount that runs up (or down) to its new value. */
export function Running({ fen, show = yuan }: { fen: number; show?: (fen: number) => string }) {
  const [shown, setShown] = useState(fen)
  const from = useRef(fen)
  useEffect(() => {
    const start = performance.now()
    const first = from.current
    if (first === fen) return
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      from.current = fen
      setShown(fen)
      return
    }
    let frame = requestAnimationFrame(function step(now) {
      const share = Math.min(1, (now - start) / 700)
      const value = Math.round(first + (fen - first) * (1 - (1 - share) ** 3))
      from.current = value
      setShown(value)
      if (share < 1) frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [fen])
  return <span className="num">{show(shown)}</span>
}

/** A phrase whose places are filled with nodes, e.g. a bold name. */
export function Say({ k, ...places }: { k: Key } & Record<string, ReactNode>) {
  return (
    <>
      {t(k)
        .split(/(\{\w+\})/)
        .map((part, index) => (
          <span key={index}>
            {part.startsWith('{') ? (places[part.slice(1, -1)] ?? part) : part}
          </span>
        ))}
    </>
  )
}

export function Bar({ title, right }: { title: string; right?: ReactNode }) {
  return (
    <header className="bar">
      <button type="button" aria-label={t('app.back')} onClick={back}>
        <Icon name="back" />
      </button>
      <h1>{title}</h1>
      <div>{right}</div>
    </header>
  )
}

export function Wait({ rows = 3 }: { rows?: number }) {
  return (
    <div className="wait" aria-busy="true">
      {Array.from({ length: rows }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  )
}

/** What went wrong, kindly, with a way on. */
export function Wrong({ error, again }: { error: unknown; again: () => void }) {
  return (
    <div className="none">
      <p>{error instanceof Problem ? error.message : t('app.failed')}</p>
      <button type="button" className="soft" onClick={again}>
        {t('app.again')}
      </button>
    </div>
  )
}

export function None({ icon = 'check', children }: { icon?: IconName; children: ReactNode }) {
  return (
    <div className="none">
      <span>
        <Icon name={icon} size={26} />
      </span>
      <p>{children}</p>
    </div>
  )
}

/** A panel from below; tapping beside it closes it. */
export function Sheet({
  title,
  close,
  isTall = false,
  children,
}: {
  title: string
  close: () => void
  isTall?: boolean
  children: ReactNode
}) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && close()
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [close])
  return (
    <div className="veil" onClick={(event) => event.target === event.currentTarget && close()}>
      <section className={isTall ? 'sheet tall' : 'sheet'} role="dialog" aria-label={title}>
        <header>
          <b>{title}</b>
          <button type="button" aria-label={t('app.close')} onClick={close}>
            <Icon name="close" size={20} />
          </button>
        </header>
        <div>{children}</div>
      </section>
    </div>
  )
}

let showToast: (text: string) => void = () => undefined

export function toast(text: string): void {
  showToast(text)
}

export function failed(error: unknown): void {
  toast(error instanceof Error ? error.message : t('app.failed'))
}

export function Toasts() {
  const [text, setText] = useState<string | null>(null)
  useEffect(() => {
    let timer: number | undefined
    showToast = (next) => {
      setText(next)
      window.clearTimeout(timer)
      timer = window.setTimeout(() => setText(null), 2600)
    }
    return () => window.clearTimeout(timer)
  }, [])
  return (
    <div className="toasts" role="status">
      {text && <p key={text}>{text}</p>}
    </div>
  )
}
