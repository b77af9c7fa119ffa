import { MergeCellsOutlined } from '@ant-design/icons'
import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Customer } from '@/client/types'
import { showDone } from '@/shell/notify'
import { CustomerFinder } from '@/shell/people'
import { go } from '@/shell/router'

/** What a person knows and no identifier says: these two are one. Taken back like every merge. */
export function MergeByHand({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const [other, setOther] = useState<string | null>(null)
  const merge = useWrite<'POST /v1/customers/{customer_id}/merge'>([
    '/v1/customers',
    '/v1/customers/{customer_id}',
    '/v1/customers/{customer_id}/why-one',
    '/v1/customers/{customer_id}/timeline',
    '/v1/customers/{customer_id}/totals',
    '/v1/customers/{customer_id}/orders',
  ])
  const close = () => {
    setOpen(false)
    setOther(null)
  }
  const run = () =>
    other &&
    merge.mutate(
      { to: 'POST /v1/customers/{customer_id}/merge', id: customer.id, body: { other } },
      {
        onSuccess: (winner) => {
          close()
          showDone(t('identity.was_merged'))
          go(`/customers/${winner.id}`, { isReplacing: true })
        },
      },
    )
  return (
    <>
      <Button size="small" icon={<MergeCellsOutlined />} onClick={() => setOpen(true)}>
        {t('identity.merge_with')}
      </Button>
      <Modal
        open={isOpen}
        destroyOnHidden
        title={t('identity.merge_with_title', { name: customer.name ?? `#${customer.ordinal}` })}
        okText={t('identity.merge')}
        okButtonProps={{ disabled: !other, loading: merge.isPending }}
        onOk={run}
        onCancel={close}
      >
        <div className="stack">
          <p className="quiet">{t('identity.merge_with_effect')}</p>
          <CustomerFinder
            label={t('segment.would_match_hint')}
            except={customer.id}
            change={setOther}
          />
        </div>
      </Modal>
    </>
  )
}
