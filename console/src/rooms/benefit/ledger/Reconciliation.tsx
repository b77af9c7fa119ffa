import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Reads } from '@/client/reads'
import { useMay } from '@/shell/session'
import { count } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'

type Soundness = Reads['/v1/ledger/reconciliation']
type Look = NonNullable<Soundness['full']>

/** Whether the ledger is sound: the latest look at what is new, the latest at everything. */
export function Reconciliation() {
  const { t } = useTranslation()
  const mayLook = useMay()('benefit.edit')
  const found = useRead('/v1/ledger/reconciliation', { every: 20_000 })
  const look = useWrite(['/v1/ledger/reconciliation'])
  return (
    <Answer of={found} rows={6}>
      {(soundness) => (
        <div className="stack">
          <Panel
            title={t('ledger.is_sound')}
            extra={
              mayLook && (
                <Button
                  size="small"
                  loading={look.isPending}
                  onClick={() => look.mutate({ to: 'POST /v1/ledger/reconciliation' })}
                >
                  {t('ledger.look_now')}
                </Button>
              )
            }
          >
            <p className="quiet panel-hint">{t('ledger.sound_hint')}</p>
            <div className="cols-2">
              <LookShown title={t('ledger.continuous')} look={soundness.continuous} />
              <LookShown title={t('ledger.full')} look={soundness.full} />
            </div>
          </Panel>
          <Panel title={t('ledger.failures')}>
            {soundness.failures.length === 0 ? (
              <Nothing title={t('ledger.no_failures')} />
            ) : (
              <ul className="lines">
                {soundness.failures.map((one) => (
                  <li key={one.id}>
                    <Ago at={one.at} /> · {t(`ledger.${one.kind}`)}
                    <BrokenList look={one} />
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
      )}
    </Answer>
  )
}

function LookShown({ title, look }: { title: string; look: Look | null }) {
  const { t } = useTranslation()
  if (!look)
    return (
      <div className="soundness">
        <b>{title}</b>
        <span className="quiet">{t('ledger.not_yet')}</span>
      </div>
    )
  const isSound = look.broken.length === 0
  return (
    <div className={`soundness ${isSound ? 'sound' : 'unsound'}`}>
      <b>
        {isSound ? <CheckCircleFilled className="down" /> : <CloseCircleFilled className="up" />}{' '}
        {title}
      </b>
      <span>{isSound ? t('ledger.sound') : t('ledger.broken', { count: look.broken.length })}</span>
      <small className="quiet num">
        <Ago at={look.at} /> · {t('ledger.looked_at', { count: count(look.looked_at) })}
      </small>
      <BrokenList look={look} />
    </div>
  )
}

function BrokenList({ look }: { look: Look }) {
  const { t } = useTranslation()
  if (look.broken.length === 0) return null
  return (
    <ul>
      {look.broken.map((one) => (
        <li key={one.invariant} className="up">
          {t(`ledger.invariant_${one.invariant}`, { defaultValue: one.invariant })}{' '}
          <span className="num">× {one.count}</span>
          <br />
          <small className="quiet">{one.examples.slice(0, 3).join(' ')}</small>
        </li>
      ))}
    </ul>
  )
}
