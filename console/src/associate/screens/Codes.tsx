import { useState } from 'react'
import { Bar, None, Wait, Wrong } from '../parts/small'
import { useRead } from '../reads'
import { useMe } from '../session'
import type { ContactCode } from '../types'
import { t } from '../words'

const EVERY_MS = 5_000

/** The codes one stands behind, one large picture at a time: to be scanned across the counter, or saved. */
export function CodesScreen() {
  const me = useMe()
  const [chosen, setChosen] = useState<string | null>(null)
  const codes = useRead('/v1/codes', { query: { limit: 100 }, everyMs: EVERY_MS })
  const found = codes.data?.items.filter(({ code }) => code.standing !== 'stopped') ?? []
  const shown = found.find(({ code }) => code.id === chosen) ?? found[0]
  return (
    <>
      <Bar title={t('codes.title')} />
      {codes.isPending && <Wait rows={4} />}
      {codes.error && <Wrong error={codes.error} again={codes.again} />}
      {codes.data && !shown && <None icon="scan">{t('codes.none')}</None>}
      {shown && (
        <section className="inset">
          <Card shown={shown} name={me.staff.name} />
          {found.length > 1 && (
            <>
              <h2>{t('codes.others')}</h2>
              <ul className="codes-list">
                {found.map(({ code, numbers }) => (
                  <li key={code.id}>
                    <button
                      type="button"
                      aria-pressed={code.id === shown.code.id}
                      onClick={() => {
                        setChosen(code.id)
                        window.scrollTo({ top: 0, behavior: 'smooth' })
                      }}
                    >
                      <span>
                        <b>{code.name}</b>
                        <small>{code.source}</small>
                      </span>
                      <small className="num">{t('codes.added', { n: numbers.added })}</small>
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
      )}
    </>
  )
}

function Card({ shown: { code, numbers }, name }: { shown: ContactCode; name: string }) {
  const picture = `/v1/codes/${code.id}/qr.png?surface=phone`
  return (
    <div className="codes-card">
      <b>{code.name}</b>
      {code.has_picture ? (
        <img src={picture} alt={t('codes.picture', { name: code.name })} />
      ) : (
        <p className="codes-waiting" role="status">
          {t(code.standing === 'failed' ? 'codes.failed' : 'codes.making')}
        </p>
      )}
      <p className="quiet">
        {t(code.behind.length > 1 ? 'codes.scan_team' : 'codes.scan', { name })}
      </p>
      <dl>
        <div>
          <dt>{t('codes.came')}</dt>
          <dd className="num">{numbers.added}</dd>
        </div>
        <div>
          <dt>{t('codes.friends')}</dt>
          <dd className="num">{numbers.friends}</dd>
        </div>
        <div>
          <dt>{t('codes.bought')}</dt>
          <dd className="num">{numbers.bought}</dd>
        </div>
      </dl>
      {code.has_picture && (
        <a className="soft" href={picture} download={`${code.name}.png`}>
          {t('codes.save')}
        </a>
      )}
      <small className="quiet">{t('codes.press')}</small>
    </div>
  )
}
