import { PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, Modal, Select, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { NewUnit, Unit } from '@/client/types'
import { showDone } from '@/shell/notify'
import { Answer, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'

interface Branch extends Unit {
  children?: Branch[]
}

function treeOf(units: Unit[]): Branch[] {
  const branches = new Map(units.map((unit) => [unit.id, { ...unit } as Branch]))
  const roots: Branch[] = []
  for (const branch of branches.values()) {
    const parent = branch.parent_id ? branches.get(branch.parent_id) : undefined
    if (parent) parent.children = [...(parent.children ?? []), branch]
    else roots.push(branch)
  }
  return roots
}

export function Units() {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  const [isAdding, setAdding] = useState(false)
  return (
    <Panel
      title={t('merchant.units')}
      extra={
        <Button icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {t('merchant.add_unit')}
        </Button>
      }
    >
      <Answer of={units}>
        {({ items }) => (
          <Rows<Branch>
            size="small"
            key={items.length}
            rowKey="id"
            pagination={false}
            dataSource={treeOf(items)}
            expandable={{ defaultExpandAllRows: true }}
            columns={[
              { title: t('merchant.unit_name'), dataIndex: 'name' },
              { title: t('merchant.code'), dataIndex: 'code' },
              {
                title: t('merchant.kind'),
                render: (_, unit) => <Tag>{t(`merchant.kind_${unit.kind}`)}</Tag>,
              },
            ]}
          />
        )}
      </Answer>
      <AddUnit isOpen={isAdding} close={() => setAdding(false)} units={units.data?.items ?? []} />
    </Panel>
  )
}

function AddUnit({ isOpen, close, units }: { isOpen: boolean; close: () => void; units: Unit[] }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<NewUnit>()
  const add = useWrite<'POST /v1/units'>(['/v1/units'])
  const needed = [{ required: true, message: t('merchant.needed') }]
  return (
    <Modal
      open={isOpen}
      title={t('merchant.add_unit')}
      onCancel={close}
      okText={t('ui.save')}
      confirmLoading={add.isPending}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form<NewUnit>
        form={form}
        layout="vertical"
        initialValues={{ kind: 'store', parent_code: units[0]?.code }}
        onFinish={(body) =>
          add.mutate(
            { to: 'POST /v1/units', body },
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
        <Form.Item name="name" label={t('merchant.unit_name')} rules={needed}>
          <Input />
        </Form.Item>
        <Form.Item
          name="code"
          label={t('merchant.code')}
          extra={t('merchant.code_hint')}
          rules={needed}
        >
          <Input />
        </Form.Item>
        <Form.Item name="kind" label={t('merchant.kind')} rules={needed}>
          <Select
            options={(['region', 'store', 'online', 'dealer', 'brand'] as const).map((kind) => ({
              value: kind,
              label: t(`merchant.kind_${kind}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="parent_code" label={t('merchant.parent')} rules={needed}>
          <Select
            options={units
              .filter((unit) => unit.kind !== 'store' && unit.kind !== 'online')
              .map((unit) => ({ value: unit.code, label: unit.name }))}
          />
        </Form.Item>
        <Form.Item
          name="phone"
          label={t('merchant.unit_phone')}
          extra={t('merchant.unit_phone_hint')}
        >
          <Input />
        </Form.Item>
      </Form>
    </Modal>
  )
}
