import { App, Button, Input } from 'antd'
import { useQuery } from '@tanstack/react-query'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite, write } from '@/client/query'
import type { Campaign, NewCampaign, Source } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { PageHead } from '@/ui/page'
import { CampaignForm } from './Form'
import { Preview } from './Preview'

function hasSource(source: Source): boolean {
  return Boolean(source.segment_id || source.opportunity_kind || source.rule)
}

/** Only the fields of the request; a saved care task carries more. */
export function bodyOf(draft: NewCampaign): NewCampaign {
  const { name, source, goal, copy, product_mode, skus, deadline, fallback, holdout_bp, salt } =
    draft
  return { name, source, goal, copy, product_mode, skus, deadline, fallback, holdout_bp, salt }
}

export function blankCampaign(source: Source, words: { copy: string; sms: string }): NewCampaign {
  return {
    name: '',
    source,
    goal: '',
    copy: words.copy,
    product_mode: 'personal',
    skus: [],
    deadline: dayjs().add(2, 'day').hour(20).minute(0).second(0).millisecond(0).toISOString(),
    fallback: { channel: 'sms', text: words.sms },
    holdout_bp: 1000,
    salt: crypto.getRandomValues(new Uint32Array(2)).join('-'),
  }
}

export function CampaignEditor({ saved, start }: { saved: Campaign | null; start: NewCampaign }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const may = useMay()
  const [draft, setDraft] = useState(start)
  const set = (next: Partial<NewCampaign>) => setDraft((before) => ({ ...before, ...next }))
  const isSourced = hasSource(draft.source)
  const asked = useDebounced(draft, 500)
  const preview = useQuery({
    queryKey: ['/v1/campaigns/preview', asked],
    queryFn: ({ signal }) =>
      write(
        {
          to: 'POST /v1/campaigns/preview',
          body: {
            ...bodyOf(asked),
            name: asked.name.trim() || t('campaign.unnamed'),
            goal: asked.goal.trim() || t('campaign.unnamed'),
          },
        },
        signal,
      ),
    enabled: hasSource(asked.source) && asked.copy.trim() !== '',
    placeholderData: (before) => before,
    retry: false,
  })
  const save = useWrite<'POST /v1/campaigns' | 'PUT /v1/campaigns/{campaign_id}'>([
    '/v1/campaigns',
    '/v1/campaigns/{campaign_id}',
  ])
  const publish = useWrite(['/v1/campaigns', '/v1/campaigns/{campaign_id}', '/v1/overview'])
  const isReady =
    isSourced && [draft.name, draft.goal, draft.copy].every((text) => text.trim() !== '')
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
  const keepAndPublish = async () => {
    const kept = await keep()
    await publish.mutateAsync({
      to: 'POST /v1/campaigns/{campaign_id}/publish',
      id: kept.id,
      body: { version: kept.version },
    })
    go(`/campaigns/${kept.id}`)
  }
  const ask = () => {
    const counts = preview.data
    if (!counts) return
    modal.confirm({
      title: t('campaign.publish_title', { name: draft.name }),
      content: (
        <>
          <p>
            {t('campaign.publish_effect', {
              ...counts,
              tasks: counts.treated - counts.without_associate,
            })}
          </p>
          {counts.without_associate > 0 && (
            <p>{t('campaign.without_associate', { count: counts.without_associate })}</p>
          )}
          <p className="quiet">{t('campaign.publish_note')}</p>
        </>
      ),
      okText: t('campaign.publish_ok', { count: counts.treated }),
      onOk: () => keepAndPublish().catch(() => undefined),
    })
  }
  return (
    <>
      <PageHead
        title={
          <Input
            variant="underlined"
            className="title-input"
            value={draft.name}
            maxLength={40}
            placeholder={t('campaign.name_hint')}
            onChange={(event) => set({ name: event.target.value })}
          />
        }
        actions={
          <>
            <Button onClick={() => go('/campaigns')}>{t('ui.back')}</Button>
            <Button
              disabled={!isReady}
              loading={save.isPending}
              onClick={() =>
                void keep()
                  .then((kept) => {
                    showDone(t('ui.saved'))
                    go(`/campaigns/${kept.id}/edit`, { isReplacing: true })
                  })
                  .catch(() => undefined)
              }
            >
              {t('campaign.save_draft')}
            </Button>
            {may('campaign.publish') && (
              <Button
                type="primary"
                disabled={!isReady || !preview.data || preview.isFetching}
                onClick={ask}
              >
                {t('campaign.publish')}
              </Button>
            )}
          </>
        }
      />
      <div className="cols-editor">
        <CampaignForm draft={draft} set={set} />
        <Preview
          preview={preview.data}
          error={preview.error}
          isCounting={preview.isFetching}
          hasSource={isSourced}
        />
      </div>
    </>
  )
}
