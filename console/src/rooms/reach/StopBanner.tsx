import { StopOutlined } from '@ant-design/icons'
import { Alert, App, Button } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive, type LiveNote } from '@/client/live'
import { usePages, useRead, useWrite } from '@/client/query'
import type { ReachStop } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { Ago } from '@/ui/time'

/** On every page while an emergency stop holds messages back: what is stopped, why, and the way on. */
export function StopBanner() {
  const isShown = useMay()('task.read')
  const stops = useRead('/v1/reach/stops', { enabled: isShown, every: 30_000 })
  const client = useQueryClient()
  useLive(
    useCallback(
      (note: LiveNote) => {
        if (note.kind === 'stop') void client.invalidateQueries({ queryKey: ['/v1/reach/stops'] })
      },
      [client],
    ),
  )
  const inForce = (stops.data?.items ?? []).filter((one) => one.lifted_at === null)
  if (inForce.length === 0) return null
  return (
    <div className="stop-banners">
      {inForce.map((one) => (
        <InForce key={one.id} stop={one} />
      ))}
    </div>
  )
}

function InForce({ stop }: { stop: ReachStop }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const lift = useWrite<'DELETE /v1/reach/stops/{stop_id}'>(['/v1/reach/stops', '/v1/messages'])
  const ask = () =>
    modal.confirm({
      title: t('stop.lift_title'),
      content: stop.held ? t('stop.lift_hint', { count: stop.held }) : t('stop.lift_hint_none'),
      okText: t('stop.lift'),
      onOk: () =>
        lift
          .mutateAsync({ to: 'DELETE /v1/reach/stops/{stop_id}', id: stop.id })
          .then(() => showDone(t('stop.lifted'))),
    })
  return (
    <Alert
      banner
      type="error"
      icon={<StopOutlined />}
      title={
        <>
          <b>
            <What stop={stop} />
          </b>{' '}
          <span className="stop-why">
            {t('stop.because', { reason: stop.reason })} · <Ago at={stop.since} />
            {(stop.held ?? 0) > 0 && <> · {t('stop.held', { count: stop.held ?? 0 })}</>}
          </span>
        </>
      }
      action={
        may('reach.stop') && (
          <Button danger loading={lift.isPending} onClick={ask}>
            {t('stop.lift')}
          </Button>
        )
      }
    />
  )
}

function What({ stop }: { stop: ReachStop }) {
  const { t } = useTranslation()
  const campaigns = usePages('/v1/campaigns', { enabled: stop.scope === 'campaign' })
  if (stop.scope === 'channel')
    return t('stop.is_channel', { channel: t(`reach.channel_${stop.channel ?? ''}`) })
  if (stop.scope === 'campaign') {
    const named = campaigns.items.find((one) => one.id === stop.campaign_id)
    return t('stop.is_campaign', { campaign: named?.name ?? '…' })
  }
  return t(stop.is_total ? 'stop.is_all_total' : 'stop.is_all')
}
