import { PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, Modal, Select, Switch, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { NewStaff, Role, Staff, Unit } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { Answer, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'

const roles: Role[] = ['headquarters', 'region', 'manager', 'associate']

export function StaffList() {
  const { t } = useTranslation()
  const may = useMay()
  const staff = useRead('/v1/staff')
  const units = useRead('/v1/units')
  const names = new Map(units.data?.items.map((unit) => [unit.id, unit.name]))
  const away = useWrite(['/v1/staff'])
  const [isAdding, setAdding] = useState(false)
  return (
    <Panel
      title={t('merchant.staff')}
      extra={
        may('staff.edit') && (
          <Button icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t('merchant.add_staff')}
          </Button>
        )
      }
    >
      <Answer of={staff}>
        {({ items }) => (
          <Rows<Staff>
            size="small"
            rowKey="id"
            pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
            dataSource={items}
            columns={[
              { title: t('merchant.name'), dataIndex: 'name' },
              { title: t('merchant.staff_code'), dataIndex: 'code' },
              {
                title: t('merchant.role'),
                filters: roles.map((role) => ({ value: role, text: t(`merchant.role_${role}`) })),
                onFilter: (value, one) => one.role === value,
                render: (_, one) => t(`merchant.role_${one.role}`),
              },
              { title: t('merchant.unit'), render: (_, one) => names.get(one.unit_id) ?? '–' },
              {
                title: t('merchant.wecom_user'),
                render: (_, one) =>
                  one.wecom_user ?? <Tag color="orange">{t('merchant.no_wecom')}</Tag>,
              },
              {
                title: t('merchant.away'),
                render: (_, one) => (
                  <Switch
                    size="small"
                    checked={one.is_away}
                    disabled={!may('task.manage')}
                    onChange={(isAway) =>
                      away.mutate({
                        to: 'PATCH /v1/staff/{staff_id}/away',
                        id: one.id,
                        body: { is_away: isAway },
                      })
                    }
                  />
                ),
              },
            ]}
          />
        )}
      </Answer>
      <AddStaff isOpen={isAdding} close={() => setAdding(false)} units={units.data?.items ?? []} />
    </Panel>
  )
}

function AddStaff({ isOpen, close, units }: { isOpen: boolean; close: () => void; units: Unit[] }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<NewStaff>()
  const add = useWrite<'POST /v1/staff'>(['/v1/staff'])
  const needed = [{ required: true, message: t('merchant.needed') }]
  return (
    <Modal
      open={isOpen}
      title={t('merchant.add_staff')}
      onCancel={close}
      okText={t('ui.save')}
      confirmLoading={add.isPending}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form<NewStaff>
        form={form}
        layout="vertical"
        initialValues={{ role: 'associate' }}
        onFinish={(body) =>
          add.mutate(
            { to: 'POST /v1/staff', body },
            {
              onSuccess: () => {
                showDone(t('ui.saved'))
                form.resetFields()
                close()
              },
            },
          )
        }
      >
        <Form.Item name="name" label={t('merchant.name')} rules={needed}>
          <Input />
        </Form.Item>
        <Form.Item name="code" label={t('merchant.staff_code')} rules={needed}>
          <Input />
        </Form.Item>
        <Form.Item name="role" label={t('merchant.role')} rules={needed}>
          <Select
            options={roles.map((role) => ({ value: role, label: t(`merchant.role_${role}`) }))}
          />
        </Form.Item>
        <Form.Item name="unit_code" label={t('merchant.unit')} rules={needed}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={units.map((unit) => ({ value: unit.code, label: unit.name }))}
          />
        </Form.Item>
        <Form.Item
          name="wecom_user"
          label={t('merchant.wecom_user')}
          extra={t('merchant.wecom_user_hint')}
        >
          <Input />
        </Form.Item>
        <Form.Item name="login" label={t('shell.login')}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('shell.password')}
          rules={[{ min: 8, message: t('merchant.password_hint') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  )
}
