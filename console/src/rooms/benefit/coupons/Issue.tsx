import { Alert, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { CouponTemplate } from '@/client/types'
import { CustomerPick } from '@/shell/customer'
import { Field } from '@/ui/field'

const uuid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi

/** The customers a pasted list names, each once. */
export function idsIn(text: string): string[] {
  return [...new Set((text.match(uuid) ?? []).map((id) => id.toLowerCase()))]
}

/** Give the coupon to some customers now; many at once go through a grant. */
export function IssueModal({ template, close }: { template: CouponTemplate; close: () => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const ids = idsIn(text)
  const issue = useWrite<'POST /v1/coupons/issue'>([
    '/v1/coupon-templates',
    '/v1/coupon-templates/{template_id}',
    '/v1/customers/{customer_id}/coupons',
  ])
  const refused = issue.data?.answers.filter((one) => one.serial === null) ?? []
  const reasons = [...new Set(refused.map((one) => one.outcome))]
  return (
    <Modal
      open
      title={t('coupon.issue_title', { name: template.promise.name })}
      okText={issue.data ? t('ui.close') : t('coupon.issue_to', { count: ids.length })}
      okButtonProps={{
        disabled: ids.length === 0 || ids.length > 1_000,
        loading: issue.isPending,
      }}
      onCancel={close}
      onOk={() =>
        issue.data
          ? close()
          : issue.mutate({
              to: 'POST /v1/coupons/issue',
              body: { template: template.id, customers: ids },
            })
      }
    >
      <div className="stack">
        <Field label={t('ui.find_customer')}>
          <CustomerPick change={(id) => id && setText((was) => `${was}${was && '\n'}${id}`)} />
        </Field>
        <Field label={t('coupon.issue_ids')} hint={t('coupon.issue_ids_hint')}>
          <Input.TextArea
            rows={5}
            value={text}
            disabled={issue.isPending || issue.data !== undefined}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        {issue.data && (
          <Alert
            type={refused.length > 0 ? 'warning' : 'success'}
            showIcon
            title={t('coupon.issued_now', { count: issue.data.new_count })}
            description={reasons.map((reason) => (
              <div key={reason}>
                {t(`coupon.outcome_${reason}`)}{' '}
                <span className="num">
                  {refused.filter((one) => one.outcome === reason).length}
                </span>
              </div>
            ))}
          />
        )}
      </div>
    </Modal>
  )
}
