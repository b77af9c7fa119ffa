import { DownloadOutlined } from '@ant-design/icons'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Customer } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'

/** A person's rights: take their data away, or be forgotten (typed confirmation, no way back). */
export function Rights({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const may = useMay()
  const [isAsking, setAsking] = useState(false)
  const [typed, setTyped] = useState('')
  const forget = useWrite([
    '/v1/customers/{customer_id}',
    '/v1/customers',
    '/v1/customers/{customer_id}/timeline',
  ])
  const word = t('profile.forget_word')
  return (
    <>
      {may('export.read') && (
        <Button
          icon={<DownloadOutlined />}
          href={`/v1/customers/${customer.id}/export?surface=console`}
          download={`customer-${customer.ordinal}.json`}
        >
          {t('profile.export')}
        </Button>
      )}
      {may('setting.edit') && (
        <Button href={`#/settings/audit?subject=customer:${customer.id}`}>
          {t('profile.audit')}
        </Button>
      )}
      {may('customer.edit') && customer.state === 'live' && (
        <Button danger onClick={() => setAsking(true)}>
          {t('profile.forget')}
        </Button>
      )}
      <Modal
        open={isAsking}
        title={t('profile.forget_title')}
        okText={t('profile.forget')}
        okButtonProps={{ danger: true, disabled: typed !== word, loading: forget.isPending }}
        onCancel={() => setAsking(false)}
        onOk={() =>
          forget.mutate(
            { to: 'POST /v1/customers/{customer_id}/forget', id: customer.id },
            {
              onSuccess: () => {
                setAsking(false)
                showDone(t('profile.forget_done'))
              },
            },
          )
        }
      >
        <p>{t('profile.forget_effect', { count: customer.identifiers.length })}</p>
        <p className="quiet">{t('profile.forget_type', { word })}</p>
        <Input
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          placeholder={word}
        />
      </Modal>
    </>
  )
}
