import { useQueryClient } from '@tanstack/react-query'
import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { NewMerchant } from '@/client/types'
import { go } from '@/shell/router'

/** The first step of an empty system: the merchant and its owner's account. */
export function Owner() {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const found = useWrite<'POST /v1/setup'>()
  const needed = [{ required: true, message: t('merchant.needed') }]
  return (
    <Form<NewMerchant>
      layout="vertical"
      requiredMark={false}
      onFinish={(body) =>
        found.mutate(
          { to: 'POST /v1/setup', body },
          {
            onSuccess: () => {
              go('/start')
              void cache.resetQueries()
            },
          },
        )
      }
    >
      <Form.Item name="merchant_name" label={t('merchant.merchant_name')} rules={needed}>
        <Input size="large" placeholder={t('merchant.merchant_name_hint')} />
      </Form.Item>
      <Form.Item name="name" label={t('merchant.your_name')} rules={needed}>
        <Input size="large" />
      </Form.Item>
      <Form.Item name="login" label={t('shell.login')} rules={[...needed, { min: 3 }]}>
        <Input size="large" autoComplete="username" />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('shell.password')}
        rules={[...needed, { min: 8, message: t('merchant.password_hint') }]}
      >
        <Input.Password size="large" autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" size="large" htmlType="submit" loading={found.isPending}>
        {t('merchant.found')}
      </Button>
    </Form>
  )
}
