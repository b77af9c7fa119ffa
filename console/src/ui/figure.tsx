import { Popover } from 'antd'
import { createContext, useContext, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric } from '@/client/types'
import { count, roundYuan, yuan } from './format'

/** The dictionary of figures (code → meaning and source), filled once by the shell. */
export const MetricsContext = createContext<Record<string, Metric>>({})

/** A word with its meaning and source on hover. */
export function Meaning({ of, children }: { of: string; children: ReactNode }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const metric = useContext(MetricsContext)[of]
  if (!metric) return <>{children}</>
  return (
    <Popover
      title={isEnglish ? metric.title_en : metric.title_zh}
      content={
        <div className="meaning">
          <p>{isEnglish ? metric.meaning_en : metric.meaning_zh}</p>
          <p className="quiet">
            {t('ui.source')} {metric.source}
          </p>
        </div>
      }
    >
      <span className="has-meaning" tabIndex={0}>
        {children}
      </span>
    </Popover>
  )
}

export function Figure({
  title,
  metric,
  value,
  note,
  open,
  size = 'normal',
}: {
  title: ReactNode
  metric?: string
  value: ReactNode
  note?: ReactNode
  open?: () => void
  size?: 'normal' | 'large'
}) {
  return (
    <div className={`figure ${size}`}>
      <div className="figure-title quiet">
        {metric ? <Meaning of={metric}>{title}</Meaning> : title}
      </div>
      {open ? (
        <button type="button" className="figure-value num opens" onClick={open}>
          {value}
        </button>
      ) : (
        <div className="figure-value num">{value}</div>
      )}
      {note && <div className="figure-note quiet">{note}</div>}
    </div>
  )
}

export function Money({ fen, isExact = false }: { fen: number; isExact?: boolean }) {
  const { i18n } = useTranslation()
  return (
    <span className="num" title={yuan(fen)}>
      {isExact ? yuan(fen) : roundYuan(fen, i18n.language)}
    </span>
  )
}

export function Count({ of }: { of: number }) {
  const { i18n } = useTranslation()
  return (
    <span className="num" title={count(of)}>
      {count(of, i18n.language)}
    </span>
  )
}
