import { App, Button, Input, Skeleton } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite, write } from '@/client/query'
import type { CouponPromise, CouponTemplate } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { count } from '@/ui/format'
import { Fault, PageHead, Panel } from '@/ui/page'
import { Reading } from '@/ui/reading'
import { Codes } from './Codes'
import { PromiseForm } from './Form'
import { IssueModal } from './Issue'
import { piecesOf } from './pieces'
import { isComplete } from './promise'
import { StateTag } from './StateTag'
import { Pieces, StackedBar } from '@/ui/stacked'
import { Ticket } from './Ticket'
import { Versions } from './Versions'

const lists = ['/v1/coupon-templates', '/v1/coupon-templates/{template_id}'] as const

/** The sentence of a promise that stopped changing, and what is probably not meant. */
function usePreview(promise: CouponPromise, mayAsk: boolean) {
  const still = useDebounced(promise, 350)
  return useQuery({
    queryKey: ['/v1/coupon-templates/preview', still],
    queryFn: ({ signal }) =>
      write({ to: 'POST /v1/coupon-templates/preview', body: still }, signal),
    enabled: mayAsk && isComplete(still),
    placeholderData: (before) => before,
    staleTime: 30_000,
    retry: false,
  })
}

/** A template as a form, beside what it says and how a customer sees it. */
export function TemplateEditor({
  template,
  start,
}: {
  template: CouponTemplate | null
  start: CouponPromise
}) {
  const { t } = useTranslation()
  const may = useMay()
  const [promise, setPromise] = useState(start)
  const set = (next: Partial<CouponPromise>) => setPromise((before) => ({ ...before, ...next }))
  const mayEdit = may('benefit.edit') && template?.state !== 'ended'
  const preview = usePreview(promise, mayEdit)
  const save = useWrite<'POST /v1/coupon-templates' | 'PUT /v1/coupon-templates/{template_id}'>([
    ...lists,
  ])
  const isChanged = template === null || JSON.stringify(promise) !== JSON.stringify(start)
  const keep = () =>
    save
      .mutateAsync(
        template
          ? {
              to: 'PUT /v1/coupon-templates/{template_id}',
              id: template.id,
              body: { version: template.version, promise },
            }
          : { to: 'POST /v1/coupon-templates', body: promise },
      )
      .then((kept) => {
        showDone(t('ui.saved'))
        go(`/coupons/${kept.id}`, { isReplacing: true })
      })
      .catch(() => undefined)
  return (
    <>
      <PageHead
        title={
          <span className="row">
            <Input
              variant="underlined"
              className="title-input"
              value={promise.name}
              maxLength={40}
              disabled={!mayEdit}
              aria-label={t('coupon.name')}
              placeholder={t('coupon.name_hint')}
              onChange={(event) => set({ name: event.target.value })}
            />
            {template && <StateTag state={template.state} />}
          </span>
        }
        actions={
          <>
            <Button onClick={() => go('/coupons')}>{t('ui.back')}</Button>
            {template && <Turns template={template} isChanged={isChanged} />}
            {mayEdit && (
              <Button
                type={template ? 'default' : 'primary'}
                disabled={!isChanged || !isComplete(promise)}
                loading={save.isPending}
                onClick={() => void keep()}
              >
                {t(template ? 'ui.save' : 'coupon.save_draft')}
              </Button>
            )}
          </>
        }
      />
      <div className="cols-editor">
        <fieldset className="plain-fieldset" disabled={!mayEdit}>
          <PromiseForm promise={promise} set={set} />
        </fieldset>
        <div className="stack reach-side">
          {template && template.state !== 'draft' && <Out template={template} />}
          <Panel title={t('coupon.as_seen')}>
            <div className="phone-frame">
              <Ticket promise={promise} />
            </div>
          </Panel>
          <Panel title={t('coupon.means')}>
            {mayEdit ? (
              <Meaning preview={preview} isComplete={isComplete(promise)} />
            ) : (
              template && <Reading sentence={template.sentence} warnings={[]} />
            )}
          </Panel>
        </div>
      </div>
    </>
  )
}

function Meaning({
  preview,
  isComplete,
}: {
  preview: ReturnType<typeof usePreview>
  isComplete: boolean
}) {
  const { t } = useTranslation()
  if (!isComplete) return <p className="quiet">{t('coupon.unfinished')}</p>
  if (preview.error) return <Fault error={preview.error} />
  if (!preview.data) return <Skeleton active title={false} paragraph={{ rows: 2 }} />
  return (
    <div aria-live="polite" className={preview.isPlaceholderData ? 'stale-view' : ''}>
      <Reading sentence={preview.data.sentence} warnings={preview.data.warnings} />
    </div>
  )
}

function Out({ template }: { template: CouponTemplate }) {
  const { t } = useTranslation()
  const pieces = piecesOf(template, t)
  return (
    <Panel
      title={t('coupon.issued_of', { count: count(template.issued) })}
      extra={
        <span className="quiet num">
          {template.left === null
            ? t('coupon.left_without_end')
            : t('coupon.left', { count: count(template.left) })}
        </span>
      }
    >
      {pieces.length === 0 ? (
        <p className="quiet">{t('coupon.none_out')}</p>
      ) : (
        <>
          <StackedBar pieces={pieces} label={t('coupon.became')} />
          <Pieces pieces={pieces} />
        </>
      )}
    </Panel>
  )
}

/** Publish, pause, end, hand out: each says first what it does, and to how many. */
function Turns({ template, isChanged }: { template: CouponTemplate; isChanged: boolean }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const may = useMay()
  const [opened, setOpened] = useState<'issue' | 'codes' | 'versions' | null>(null)
  const turn = useWrite([...lists])
  const { state } = template
  const mayEdit = may('benefit.edit')
  const ask = (verb: 'publish' | 'pause' | 'end') =>
    modal.confirm({
      title: t(`coupon.${verb}_title`, { name: template.promise.name }),
      content: (
        <>
          <p>
            {t(`coupon.${verb}_effect`, {
              out: count(template.coupons.issued ?? 0),
              stock:
                template.left === null
                  ? t('ui.no_limit')
                  : t('coupon.sheets', { count: count(template.left) }),
            })}
          </p>
          {verb === 'publish' && template.warnings.length > 0 && (
            <Reading sentence={template.sentence} warnings={template.warnings} />
          )}
        </>
      ),
      okText: t(`coupon.${verb}`),
      okButtonProps: { danger: verb === 'end' },
      onOk: () =>
        turn
          .mutateAsync({ to: `POST /v1/coupon-templates/{template_id}/${verb}`, id: template.id })
          .then(() => showDone(t(`coupon.${verb}_done`)))
          .catch(() => undefined),
    })
  return (
    <>
      <Button onClick={() => setOpened('versions')}>{t('coupon.versions')}</Button>
      {may('benefit.grant') && state === 'published' && (
        <>
          <Button onClick={() => setOpened('codes')}>{t('coupon.codes')}</Button>
          <Button onClick={() => setOpened('issue')}>{t('coupon.issue')}</Button>
        </>
      )}
      {mayEdit && state === 'published' && (
        <Button onClick={() => ask('pause')}>{t('coupon.pause')}</Button>
      )}
      {mayEdit && (state === 'published' || state === 'paused') && (
        <Button danger onClick={() => ask('end')}>
          {t('coupon.end')}
        </Button>
      )}
      {mayEdit && (state === 'draft' || state === 'paused') && (
        <Button
          type="primary"
          disabled={isChanged}
          title={isChanged ? t('coupon.save_first') : undefined}
          onClick={() => ask('publish')}
        >
          {t(state === 'paused' ? 'coupon.resume' : 'coupon.publish')}
        </Button>
      )}
      {opened === 'issue' && <IssueModal template={template} close={() => setOpened(null)} />}
      {opened === 'codes' && <Codes template={template} close={() => setOpened(null)} />}
      {opened === 'versions' && <Versions template={template} close={() => setOpened(null)} />}
    </>
  )
}
