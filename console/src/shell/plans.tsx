import { App, Button, Tag } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { showDone } from './notify'
import { useMay } from './session'
import { Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'

/** Whose plan it is: the room of the words that differ. */
type Kind = 'points' | 'tier' | 'stored'

interface Version {
  version: number
  state: 'draft' | 'published' | 'retired'
  published_at: string | null
  name: string
  said: string
}

interface Turns {
  save: () => Promise<unknown>
  drop: () => Promise<unknown>
  publish: () => Promise<unknown>
}

/** The draft of the next plan: what it means (`children`, or its sentence), and to save, drop or publish it. */
export function DraftPanel({
  kind,
  draft,
  isChanged,
  isFit = true,
  turns,
  children,
}: {
  kind: Kind
  draft: Version | null
  isChanged: boolean
  /** Whether it may be published as it is. */
  isFit?: boolean
  turns: Turns
  children?: ReactNode
}) {
  const { t } = useTranslation()
  const mayEdit = useMay()('benefit.edit')
  return (
    <Panel
      title={
        <span className="row">
          {t(draft ? 'ui.draft' : 'ui.next_version')}
          {draft && <Tag>{t('ui.version', { n: draft.version })}</Tag>}
        </span>
      }
      extra={mayEdit && <Buttons {...{ kind, draft, isChanged, isFit, turns }} />}
    >
      {children ??
        (draft ? (
          <p className={`reading ${isChanged ? 'stale-view' : ''}`} aria-live="polite">
            {draft.said}
          </p>
        ) : (
          <p className="quiet">{t(`${kind}.draft_hint`)}</p>
        ))}
    </Panel>
  )
}

function Buttons({
  kind,
  draft,
  isChanged,
  isFit,
  turns,
}: {
  kind: Kind
  draft: Version | null
  isChanged: boolean
  isFit: boolean
  turns: Turns
}) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const [busy, setBusy] = useState<keyof Turns | null>(null)
  // What is refused was told already, by whoever asked.
  const take = (turn: keyof Turns, done?: string) => {
    setBusy(turn)
    return turns[turn]()
      .then(() => done && showDone(done))
      .catch(() => undefined)
      .finally(() => setBusy(null))
  }
  const ask = (said: string) =>
    modal.confirm({
      title: t(`${kind}.publish_title`),
      content: (
        <>
          <p>{t(`${kind}.publish_effect`)}</p>
          <p className="reading">{said}</p>
        </>
      ),
      okText: t('ui.publish'),
      onOk: () => take('publish', t(`${kind}.publish_done`)),
    })
  return (
    <span className="row">
      {draft && (
        <Button size="small" loading={busy === 'drop'} onClick={() => void take('drop')}>
          {t('ui.throw_away')}
        </Button>
      )}
      <Button
        size="small"
        disabled={draft !== null && !isChanged}
        loading={busy === 'save'}
        onClick={() => void take('save', t('ui.saved'))}
      >
        {t('ui.save_draft')}
      </Button>
      {draft && (
        <Button
          size="small"
          type="primary"
          disabled={isChanged || !isFit}
          onClick={() => ask(draft.said)}
        >
          {t('ui.publish')}
        </Button>
      )}
    </span>
  )
}

/** What was ever published, the plan in force marked. */
export function Versions({ kind, items }: { kind: Kind; items: Version[] }) {
  const { t } = useTranslation()
  const published = items.filter((one) => one.state !== 'draft')
  return (
    <Panel title={t('ui.versions')}>
      {published.length === 0 && <Nothing title={t(`${kind}.none`)} />}
      <ul className="lines">
        {published.map((one) => (
          <li key={one.version}>
            <p className="quiet num">
              {t('ui.version', { n: one.version })} · {one.name}{' '}
              {one.state === 'published' && <Tag color="green">{t('ui.in_force')}</Tag>}
              <Ago at={one.published_at} />
            </p>
            <p className="reading">{one.said}</p>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
