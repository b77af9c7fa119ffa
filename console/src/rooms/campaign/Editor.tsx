import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Campaign, NewCampaign } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useLeaveGuard } from '@/shell/leave'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead } from '@/ui/page'
import { UndoRedo } from '@/ui/step'
import { useEdits } from '@/ui/useEdits'
import { bodyOf, faultsOf, hasSource, isMailed } from './chain'
import { CampaignForm } from './Form'
import { Estimate } from './Estimate'
import { Preview } from './Preview'
import { TestSend } from './TestSend'
import { usePreview } from './usePreview'
import { isSampled } from './whole'
import './campaign.css'

/** A campaign that is being written, and beside it what publishing it now would do. */
export function CampaignEditor({ saved, start }: { saved: Campaign | null; start: NewCampaign }) {
  const { t } = useTranslation()
  const may = useMay()
  const edits = useEdits<NewCampaign>(() => start)
  const draft = edits.value
  const set = (next: Partial<NewCampaign>) => edits.set({ ...draft, ...next })
  const [isAsked, setAsked] = useState(false)
  const [now] = useState(() => Date.now())
  const faults = faultsOf(draft, now)
  const { preview, isBehind } = usePreview(draft)
  const { keep, isKeeping, publish } = useKeeping(saved, draft)
  const isChanged = JSON.stringify(bodyOf(draft)) !== JSON.stringify(bodyOf(start))
  useLeaveGuard(isChanged && !isKeeping)
  const askPublish = useAskPublish(draft, preview.data, publish)
  const checked = (act: () => void) => () => {
    setAsked(true)
    if (faults.size === 0) act()
  }
  const keepAndStay = () =>
    void keep()
      .then((kept) => {
        showDone(t('ui.saved'))
        go(`/campaigns/${kept.id}/edit`, { isReplacing: true })
      })
      .catch(() => undefined)
  return (
    <>
      <PageHead
        title={
          <Input
            variant="underlined"
            className="title-input"
            status={isAsked && faults.has('name') ? 'error' : undefined}
            value={draft.name}
            maxLength={40}
            aria-label={t('campaign.name')}
            placeholder={t('campaign.name_hint')}
            onChange={(event) => set({ name: event.target.value })}
          />
        }
        hint={
          isAsked &&
          faults.size > 0 && (
            <span className="up" role="alert">
              {t('campaign.faults', { count: faults.size })}
            </span>
          )
        }
        actions={
          <>
            <UndoRedo edits={edits} />
            <Button onClick={() => go('/campaigns')}>{t('ui.back')}</Button>
            {saved && may('campaign.publish') && <TestSend campaign={saved} isStale={isChanged} />}
            <Button loading={isKeeping} onClick={checked(keepAndStay)}>
              {t('campaign.save_draft')}
            </Button>
            {may('campaign.publish') && (
              <Button
                type="primary"
                disabled={faults.size === 0 && (!preview.data || isBehind)}
                onClick={checked(askPublish)}
              >
                {t(draft.starts_at ? 'campaign.schedule' : 'campaign.publish')}
              </Button>
            )}
          </>
        }
      />
      <div className="cols-editor">
        <CampaignForm
          draft={draft}
          set={set}
          faults={isAsked ? faults : new Map()}
          preview={preview.data}
        />
        <Preview
          preview={preview.data}
          error={preview.error}
          isCounting={preview.isFetching}
          hasSource={hasSource(draft.source)}
          everybody={
            preview.data &&
            isSampled(preview.data) && (
              <Estimate saved={saved} isChanged={isChanged} keep={checked(keepAndStay)} />
            )
          }
        />
      </div>
    </>
  )
}

function useKeeping(saved: Campaign | null, draft: NewCampaign) {
  const save = useWrite<'POST /v1/campaigns' | 'PUT /v1/campaigns/{campaign_id}'>([
    '/v1/campaigns',
    '/v1/campaigns/{campaign_id}',
  ])
  const publishing = useWrite(['/v1/campaigns', '/v1/campaigns/{campaign_id}', '/v1/overview'])
  const keep = () =>
    save.mutateAsync(
      saved
        ? {
            to: 'PUT /v1/campaigns/{campaign_id}',
            id: saved.id,
            body: { ...bodyOf(draft), version: saved.version },
          }
        : { to: 'POST /v1/campaigns', body: bodyOf(draft) },
    )
  const publish = async () => {
    const kept = await keep()
    await publishing.mutateAsync({
      to: 'POST /v1/campaigns/{campaign_id}/publish',
      id: kept.id,
      body: { version: kept.version },
    })
    go(`/campaigns/${kept.id}`, { isReplacing: true })
  }
  return { keep, publish, isKeeping: save.isPending || publishing.isPending }
}

/** Says what publishing does before it does it. */
function useAskPublish(
  draft: NewCampaign,
  counts: ReturnType<typeof usePreview>['preview']['data'],
  publish: () => Promise<void>,
) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  return () => {
    if (!counts) return
    const hasPerson = draft.steps[0]?.channel === 'wecom'
    const isLater = draft.starts_at && !(draft.holds_ahead && isMailed(draft.steps))
    modal.confirm({
      title: t('campaign.publish_title', { name: draft.name }),
      content: (
        <>
          <p>
            {t(hasPerson ? 'campaign.publish_effect' : 'campaign.publish_effect_mailed', {
              ...counts,
              tasks: counts.treated - counts.without_associate,
            })}{' '}
            {t(isLater ? 'campaign.publish_list_later' : 'campaign.publish_list_now')}
          </p>
          {counts.without_associate > 0 && (
            <p>{t('campaign.without_associate', { count: counts.without_associate })}</p>
          )}
          <p className="quiet">{t('campaign.publish_note')}</p>
        </>
      ),
      okText: t('campaign.publish_ok', { count: counts.treated }),
      onOk: () => publish().catch(() => undefined),
    })
  }
}
