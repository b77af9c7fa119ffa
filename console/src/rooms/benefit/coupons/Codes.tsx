import { DownloadOutlined } from '@ant-design/icons'
import { Button, Drawer, InputNumber, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { CodeBatch, CouponTemplate } from '@/client/types'
import { count } from '@/ui/format'
import { Answer, Nothing } from '@/ui/page'
import { Ago } from '@/ui/time'

const most = 1_000_000

/** Codes to be printed: made in batches out of the stock, fetched as a file. */
export function Codes({ template, close }: { template: CouponTemplate; close: () => void }) {
  const { t } = useTranslation()
  const batches = useRead('/v1/coupon-templates/{template_id}/codes', { id: template.id })
  const make = useWrite([
    '/v1/coupon-templates/{template_id}/codes',
    '/v1/coupon-templates',
    '/v1/coupon-templates/{template_id}',
  ])
  const atMost = Math.min(most, template.left ?? most)
  const [wanted, setWanted] = useState(Math.min(1_000, atMost))
  return (
    <Drawer open onClose={close} title={t('coupon.codes')} size={520}>
      <div className="stack">
        <p className="quiet">{t('coupon.codes_hint')}</p>
        <div className="row">
          <InputNumber
            min={1}
            max={atMost}
            precision={0}
            className="number-input"
            aria-label={t('coupon.codes_count')}
            value={wanted}
            onChange={(value) => setWanted(value ?? 1)}
          />
          <Popconfirm
            title={t('coupon.codes_ask', { count: count(wanted) })}
            onConfirm={() =>
              make.mutate({
                to: 'POST /v1/coupon-templates/{template_id}/codes',
                id: template.id,
                body: { count: wanted },
              })
            }
          >
            <Button type="primary" disabled={atMost < 1} loading={make.isPending}>
              {t('coupon.codes_make')}
            </Button>
          </Popconfirm>
        </div>
        <Answer of={batches}>
          {(items) =>
            items.length === 0 ? (
              <Nothing title={t('coupon.no_codes')} />
            ) : (
              <ul className="lines">
                {items.map((batch) => (
                  <Batch key={batch.id} batch={batch} />
                ))}
              </ul>
            )
          }
        </Answer>
      </div>
    </Drawer>
  )
}

function Batch({ batch }: { batch: CodeBatch }) {
  const { t } = useTranslation()
  return (
    <li className="row between">
      <span>
        <b className="num">
          {t('coupon.codes_of', { count: count(batch.last - batch.first + 1) })}
        </b>
        <br />
        <small className="quiet">
          <Ago at={batch.made_at} />
        </small>
      </span>
      <Button
        size="small"
        icon={<DownloadOutlined />}
        href={`/v1/coupon-codes/${batch.id}.csv?surface=console`}
      >
        CSV
      </Button>
    </li>
  )
}
