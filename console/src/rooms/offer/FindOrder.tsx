import { Button, Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { go } from '@/shell/router'
import { Nothing, PageHead, Panel } from '@/ui/page'

/** Where an order's price is asked for by what stands on its receipt: the store and the number. */
export function FindOrder() {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  const needed = [{ required: true, message: t('merchant.needed') }]
  return (
    <>
      <PageHead title={t('offer.find_order')} hint={t('offer.order_hint')} />
      <Panel>
        <Nothing
          title={t('offer.find_order_by')}
          hint={t('offer.find_order_kept')}
          action={
            <Form<{ unit: string; no: string }>
              layout="inline"
              className="find-order"
              onFinish={({ unit, no }) => {
                const query = new URLSearchParams({ unit, no: no.trim() })
                go(`/offers/orders?${query.toString()}`)
              }}
            >
              <Form.Item name="unit" rules={needed}>
                <Select
                  showSearch={{ optionFilterProp: 'label' }}
                  aria-label={t('order.unit')}
                  placeholder={t('order.unit')}
                  loading={units.isLoading}
                  options={units.data?.items.map((one) => ({ value: one.code, label: one.name }))}
                />
              </Form.Item>
              <Form.Item name="no" rules={[{ ...needed[0], whitespace: true }]}>
                <Input aria-label={t('order.order_no')} placeholder={t('order.order_no')} />
              </Form.Item>
              <Button type="primary" htmlType="submit">
                {t('offer.find_order_now')}
              </Button>
            </Form>
          }
        />
      </Panel>
    </>
  )
}
