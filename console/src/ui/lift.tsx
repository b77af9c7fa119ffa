import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Incremental } from '@/client/types'
import { Figure, Money } from './figure'
import { roundYuan } from './format'

/** The measured increment, or 未证明有效 when its interval does not clear zero. */
export function Increment({ lift }: { lift: Incremental }) {
  const { t, i18n } = useTranslation()
  const { incremental_fen: middle, low_fen: low, high_fen: high } = lift
  const isMeasured = middle !== null && low !== null && high !== null
  return (
    <Figure
      title={t('insight.incremental')}
      metric="incremental_fen"
      value={
        isMeasured && lift.verdict !== 'unproven' ? (
          <span className={lift.verdict === 'proven' ? 'up' : 'down'}>
            <Money fen={middle} />
          </span>
        ) : (
          <Tag className="unproven">{t('insight.unproven')}</Tag>
        )
      }
      note={
        isMeasured
          ? t('insight.interval', {
              low: roundYuan(low, i18n.language),
              high: roundYuan(high, i18n.language),
            })
          : t('insight.no_lift_yet')
      }
    />
  )
}

/** The interval drawn on a line with its zero, so that "crosses zero" can be seen. */
export function Interval({ lift }: { lift: Incremental }) {
  const { t, i18n } = useTranslation()
  const { incremental_fen: middle, low_fen: from, high_fen: to } = lift
  if (middle === null || from === null || to === null) return null
  const low = Math.min(from, 0)
  const high = Math.max(to, 0)
  const span = high - low || 1
  const sentence = i18n.language === 'en' ? lift.sentence_en : lift.sentence_zh
  const at = (fen: number) => `${((fen - low) / span) * 100}%`
  return (
    <div className="interval">
      <div className="interval-line">
        <span
          className={`interval-bar ${lift.verdict}`}
          style={{ left: at(from), width: `${((to - from) / span) * 100}%` }}
        />
        <span className="interval-dot" style={{ left: at(middle) }} />
        <span className="interval-zero" style={{ left: at(0) }}>
          <small>0</small>
        </span>
      </div>
      {sentence !== t('insight.unproven') && <small className="quiet">{sentence}</small>}
    </div>
  )
}
