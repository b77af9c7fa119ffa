import { Alert, App, Button, Input } from 'antd'
import dayjs from 'dayjs'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Campaign } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay, useMe } from '@/shell/session'
import { count } from '@/ui/format'
import { Ago } from '@/ui/time'

/** What a campaign waits for before it begins, or why it did not, and who may go on. */
export function Standing({ campaign }: { campaign: Campaign }) {
  const { t, i18n } = useTranslation()
  const { asked, not_started: failed, state } = campaign
  if (state === 'waiting' && asked) return <Waiting campaign={campaign} asked={asked} />
  if (state === 'scheduled')
    return (
      <Alert
        className="standing"
        type="info"
        showIcon
        title={t('campaign.begins_at', {
          at: dayjs(campaign.starts_at).format('YYYY-MM-DD HH:mm'),
        })}
        description={t(campaign.holds_ahead ? 'campaign.begins_held' : 'campaign.begins_hint')}
        action={<TakeBack campaign={campaign} />}
      />
    )
  if (state !== 'draft') return null
  if (failed)
    return (
      <Alert
        type="error"
        showIcon
        title={t('campaign.not_started')}
        description={i18n.language === 'en' ? failed.en : failed.zh}
      />
    )
  if (asked?.state === 'refused')
    return (
      <Alert type="warning" showIcon title={t('campaign.was_refused')} description={asked.reason} />
    )
  return null
}

function Waiting({
  campaign,
  asked,
}: {
  campaign: Campaign
  asked: NonNullable<Campaign['asked']>
}) {
  const { t } = useTranslation()
  const may = useMay()
  const me = useMe()
  const isOwn = asked.asked_by === `staff:${me.staff.id}`
  return (
    <Alert
      className="standing"
      type="warning"
      showIcon
      title={t('campaign.waits', { shown: count(asked.candidates) })}
      description={
        <>
          {t('campaign.asked')} <Ago at={asked.asked_at} />
          {isOwn && <> · {t('campaign.asked_own')}</>}
        </>
      }
      action={
        <span className="row">
          {may('campaign.approve') && !isOwn && <Decide campaign={campaign} />}
          <TakeBack campaign={campaign} />
        </span>
      }
    />
  )
}

function useTurn() {
  return useWrite(['/v1/campaigns', '/v1/campaigns/{campaign_id}'])
}

function Decide({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const write = useTurn()
  const reason = useRef('')
  const approve = () =>
    write.mutate(
      { to: 'POST /v1/campaigns/{campaign_id}/approve', id: campaign.id },
      { onSuccess: () => showDone(t('campaign.approve_done')) },
    )
  const refuse = () =>
    modal.confirm({
      title: t('campaign.refuse_title'),
      content: (
        <Input.TextArea
          rows={3}
          maxLength={200}
          aria-label={t('approval.reason')}
          placeholder={t('approval.reason')}
          onChange={(event) => {
            reason.current = event.target.value
          }}
        />
      ),
      okText: t('approval.refuse'),
      onOk: () =>
        write.mutateAsync({
          to: 'POST /v1/campaigns/{campaign_id}/refuse',
          id: campaign.id,
          body: { reason: reason.current.trim() },
        }),
    })
  return (
    <>
      <Button type="primary" loading={write.isPending} onClick={approve}>
        {t('approval.approve')}
      </Button>
      <Button onClick={refuse}>{t('approval.refuse')}</Button>
    </>
  )
}

function TakeBack({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const write = useTurn()
  if (!useMay()('campaign.publish')) return null
  return (
    <Button
      loading={write.isPending}
      onClick={() =>
        write.mutate(
          { to: 'POST /v1/campaigns/{campaign_id}/take-back', id: campaign.id },
          { onSuccess: () => showDone(t('campaign.taken_back')) },
        )
      }
    >
      {t('campaign.take_back')}
    </Button>
  )
}
