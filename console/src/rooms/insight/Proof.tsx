import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Lift } from '@/client/types'
import { Figure, Meaning, Money } from '@/ui/figure'
import { roundYuan } from '@/ui/format'
import { Panel } from '@/ui/page'

/** Beside every credited yuan stands the incremental one with its interval, or 未证明有效. */
export function Proof({ creditedFen, lift }: { creditedFen: number; lift: Lift | null }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('insight.proof')}>
      <div className="proof">
        <Figure
          title={t('insight.credited')}
          metric="credited"
          value={<Money fen={creditedFen} />}
          note={t('insight.credited_note')}
        />
        <span className="proof-vs quiet">{t('insight.versus')}</span>
        <Increment lift={lift} />
      </div>
      {lift && <Interval lift={lift} />}
    </Panel>
  )
}

function Increment({ lift }: { lift: Lift | null }) {
  const { t, i18n } = useTranslation()
  if (!lift) return <Figure title={t('insight.incremental')} metric="incremental" value="–" note={t('insight.no_lift_yet')} />
  const range = t('insight.interval', {
    low: roundYuan(lift.low_fen, i18n.language),
    high: roundYuan(lift.high_fen, i18n.language),
  })
  return (
    <Figure
      title={t('insight.incremental')}
      metric="incremental"
      value={
        lift.verdict === 'proven' ? (
          <span className="up">
            <Money fen={lift.incremental_fen} />
          </span>
        ) : (
          <Tag color="default" className="unproven">
            {t('insight.unproven')}
          </Tag>
        )
      }
      note={range}
    />
  )
}

/** The interval drawn on a line with its zero, so that "crosses zero" can be seen. */
export function Interval({ lift }: { lift: Lift }) {
  const { t } = useTranslation()
  const low = Math.min(lift.low_fen, 0)
  const high = Math.max(lift.high_fen, 0)
  const span = high - low || 1
  const at = (fen: number) => `${((fen - low) / span) * 100}%`
  return (
    <div className="interval">
      <div className="interval-line">
        <span
          className={`interval-bar ${lift.verdict}`}
          style={{ left: at(lift.low_fen), width: `${((lift.high_fen - lift.low_fen) / span) * 100}%` }}
        />
        <span className="interval-dot" style={{ left: at(lift.incremental_fen) }} />
        <span className="interval-zero" style={{ left: at(0) }}>
          <small>0</small>
        </span>
      </div>
      <small className="quiet">
        <Meaning of="lift">
          {t('insight.arms', { treated: lift.treated_count, holdout: lift.holdout_count })}
        </Meaning>
      </small>
    </div>
  )
}
