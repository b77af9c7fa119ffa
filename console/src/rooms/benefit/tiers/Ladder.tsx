import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Reads } from '@/client/reads'
import { Count } from '@/ui/figure'
import { percent } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'
import { PrivilegeTag } from './Privileges'
import type { Privilege } from './blank'
import './tiers.css'

type Step = Reads['/v1/tiers']['tiers'][number]

/** The ladder in force: how many customers stand on each step, and what it brings. */
export function Ladder() {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const tiers = useRead('/v1/tiers', { every: 30_000 })
  return (
    <Answer of={tiers} rows={6}>
      {(ladder) =>
        ladder.plan_version === null ? (
          <Panel>
            <Nothing title={t('tier.none')} hint={t('tier.none_hint')} />
          </Panel>
        ) : (
          <div className="stack">
            <Steps steps={ladder.tiers} />
            <Panel title={t('tier.means')}>
              <p className="reading">{isEnglish ? ladder.sentence_en : ladder.sentence_zh}</p>
            </Panel>
          </div>
        )
      }
    </Answer>
  )
}

function Steps({ steps }: { steps: Step[] }) {
  const { t, i18n } = useTranslation()
  const all = steps.reduce((sum, step) => sum + step.customers, 0)
  return (
    <div className="ladder">
      {steps.map((step, place) => (
        <section key={step.code} className={`panel step step-${Math.min(place, 4)}`}>
          <div className="row between">
            <h2>{i18n.language === 'en' ? step.en : step.zh}</h2>
            <small className="quiet num">{all > 0 && percent(step.customers / all)}</small>
          </div>
          <div className="figure-value num">
            <Count of={step.customers} /> <small className="quiet">{t('tier.people')}</small>
          </div>
          <div className="step-privileges">
            {step.privileges.length === 0 && (
              <span className="quiet">{t('tier.no_privileges')}</span>
            )}
            {step.privileges.map((one, at) => (
              <PrivilegeTag key={at} of={one as unknown as Privilege} />
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}
