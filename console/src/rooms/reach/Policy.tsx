import { Button } from 'antd'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite, write } from '@/client/query'
import type { ContactPolicy, PolicyShown } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useLeaveGuard } from '@/shell/leave'
import { useMay } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { Answer, Fault, PageHead, Panel } from '@/ui/page'
import { UndoRedo } from '@/ui/step'
import { Ago } from '@/ui/time'
import { useEdits } from '@/ui/useEdits'
import { Caps } from './Caps'
import { Categories } from './Categories'
import { Fatigue } from './Fatigue'
import { LastMonth } from './LastMonth'
import { QuietHours } from './QuietHours'
import { Repeat } from './Repeat'
import { StopButton } from './StopButton'

/** How often, when and how soon again a customer may be written to. */
export function Policy({ tabs }: { tabs: ReactNode }) {
  const shown = useRead('/v1/reach/policy')
  return (
    <Answer of={shown} rows={8}>
      {(data) => <Editor key={data.version} shown={data} tabs={tabs} />}
    </Answer>
  )
}

function Editor({ shown, tabs }: { shown: PolicyShown; tabs: ReactNode }) {
  const { t, i18n } = useTranslation()
  const mayEdit = useMay()('setting.edit')
  const edits = useEdits<ContactPolicy>(() => shown.policy)
  const policy = edits.value
  const set = (next: Partial<ContactPolicy>) => edits.set({ ...policy, ...next })
  const isChanged = JSON.stringify(policy) !== JSON.stringify(shown.policy)
  const preview = usePreview(policy)
  const save = useWrite<'PUT /v1/reach/policy'>(['/v1/reach/policy'])
  useLeaveGuard(isChanged && !save.isPending)
  return (
    <>
      <PageHead
        title={t('shell.nav_policy')}
        tabs={tabs}
        hint={
          shown.changed_at && shown.changed_by ? (
            <>
              {t('ui.version', { n: shown.version })} · <Ago at={shown.changed_at} />
            </>
          ) : (
            t('reach.policy_hint')
          )
        }
        actions={
          <>
            <StopButton />
            {mayEdit && (
              <>
                <UndoRedo edits={edits} />
                <Button
                  type="primary"
                  disabled={!isChanged || preview.isError}
                  loading={save.isPending}
                  onClick={() =>
                    save.mutate(
                      { to: 'PUT /v1/reach/policy', body: { version: shown.version, policy } },
                      { onSuccess: () => showDone(t('reach.policy_saved')) },
                    )
                  }
                >
                  {t('reach.policy_save')}
                </Button>
              </>
            )}
          </>
        }
      />
      <div className="cols-editor">
        <fieldset className="plain-fieldset stack" disabled={!mayEdit}>
          <Panel title={t('reach.caps')}>
            <Caps caps={policy.caps ?? []} set={(caps) => set({ caps })} />
          </Panel>
          <Panel title={t('reach.quiet')}>
            <QuietHours quiet={policy.quiet ?? []} set={(quiet) => set({ quiet })} />
          </Panel>
          <Panel title={t('reach.repeat')}>
            <Repeat days={policy.repeat_days ?? 7} set={(repeat_days) => set({ repeat_days })} />
          </Panel>
          <Panel title={t('reach.fatigue')}>
            <Fatigue fen={policy.fatigue_fen ?? 0} set={(fatigue_fen) => set({ fatigue_fen })} />
          </Panel>
          <Categories mayEdit={mayEdit} />
        </fieldset>
        <div className="stack">
          <Panel title={t('reach.policy_says')}>
            {preview.error ? (
              <Fault error={preview.error} />
            ) : (
              <ul
                className={`lines reading ${preview.isPlaceholderData ? 'stale-view' : ''}`}
                aria-live="polite"
              >
                {(preview.data?.lines ?? shown.lines).map((line) => (
                  <li key={line.zh}>{i18n.language === 'en' ? line.en : line.zh}</li>
                ))}
              </ul>
            )}
          </Panel>
          <Panel title={t('reach.last_month')}>
            <LastMonth replayed={preview.data?.replayed} isStale={preview.isPlaceholderData} />
          </Panel>
        </div>
      </div>
    </>
  )
}

/** What a policy that stopped changing says, and what it would have done. */
function usePreview(policy: ContactPolicy) {
  const still = useDebounced(policy, 350)
  return useQuery({
    queryKey: ['/v1/reach/policy/preview', still],
    queryFn: ({ signal }) => write({ to: 'POST /v1/reach/policy/preview', body: still }, signal),
    placeholderData: (before) => before,
    staleTime: 30_000,
    retry: false,
  })
}
