import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Form, Input, Modal, Select, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { ApiKey, NewApiKey } from '@/client/types'
import { useMe } from '@/shell/session'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Ago } from '@/ui/time'

/** Machines' keys; the secret is shown once, when the key is made. */
export function Keys() {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const keys = useRead('/v1/api-keys')
  const revoke = useWrite(['/v1/api-keys'])
  const [isAdding, setAdding] = useState(false)
  return (
    <Panel
      title={t('merchant.keys')}
      extra={
        <Button icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {t('merchant.add_key')}
        </Button>
      }
    >
      <Answer of={keys}>
        {({ items }) => (
          <Rows<ApiKey>
            size="small"
            rowKey="id"
            pagination={false}
            dataSource={items}
            locale={{
              emptyText: (
                <Nothing title={t('merchant.no_keys')} hint={t('merchant.no_keys_hint')} />
              ),
            }}
            columns={[
              { title: t('merchant.key_name'), dataIndex: 'name' },
              { title: t('merchant.key_prefix'), render: (_, key) => <code>{key.prefix}…</code> },
              {
                title: t('merchant.permissions'),
                width: 460,
                render: (_, key) => (
                  <div className="row">
                    {key.permissions.map((one) => (
                      <Tag key={one}>{one}</Tag>
                    ))}
                  </div>
                ),
              },
              { title: t('merchant.created'), render: (_, key) => <Ago at={key.created_at} /> },
              {
                render: (_, key) =>
                  key.revoked_at ? (
                    <Tag>{t('merchant.revoked')}</Tag>
                  ) : (
                    <Button
                      size="small"
                      danger
                      onClick={() =>
                        modal.confirm({
                          title: t('merchant.revoke_title', { name: key.name }),
                          content: t('merchant.revoke_effect'),
                          okText: t('merchant.revoke'),
                          okButtonProps: { danger: true },
                          onOk: () =>
                            revoke
                              .mutateAsync({
                                to: 'DELETE /v1/api-keys/{key_id}',
                                id: key.id,
                              })
                              .catch(() => undefined),
                        })
                      }
                    >
                      {t('merchant.revoke')}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Answer>
      <AddKey isOpen={isAdding} close={() => setAdding(false)} />
    </Panel>
  )
}

function AddKey({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const [form] = Form.useForm<NewApiKey>()
  const add = useWrite<'POST /v1/api-keys'>(['/v1/api-keys'])
  const secret = add.data?.secret
  const leave = () => {
    add.reset()
    form.resetFields()
    close()
  }
  return (
    <Modal
      open={isOpen}
      title={t('merchant.add_key')}
      onCancel={leave}
      okText={t(secret ? 'ui.close' : 'merchant.make_key')}
      cancelButtonProps={secret ? { style: { display: 'none' } } : undefined}
      confirmLoading={add.isPending}
      onOk={() => (secret ? leave() : form.submit())}
    >
      {secret ? (
        <>
          <p className="up">{t('merchant.key_once')}</p>
          <Typography.Paragraph code copyable>
            {secret}
          </Typography.Paragraph>
        </>
      ) : (
        <Form<NewApiKey>
          form={form}
          layout="vertical"
          initialValues={{ permissions: ['event.write', 'customer.read'] }}
          onFinish={(body) => add.mutate({ to: 'POST /v1/api-keys', body })}
        >
          <Form.Item
            name="name"
            label={t('merchant.key_name')}
            rules={[{ required: true, message: t('merchant.needed') }]}
          >
            <Input placeholder={t('merchant.key_name_hint')} />
          </Form.Item>
          <Form.Item name="permissions" label={t('merchant.permissions')}>
            <Select
              mode="multiple"
              options={me.permissions.map((one) => ({ value: one, label: one }))}
            />
          </Form.Item>
        </Form>
      )}
    </Modal>
  )
}
