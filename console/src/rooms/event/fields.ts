import type { ImportKind } from '@/client/types'

/** A field an import can fill, whether it must, and the headings files usually give it. */
export interface ImportField {
  name: string
  isNeeded: boolean
  headings: string[]
}

function field(name: string, headings: string, isNeeded = false): ImportField {
  return { name, isNeeded, headings: [name, ...headings.split(' ')] }
}

export const fieldsOf: Record<ImportKind, ImportField[]> = {
  orders: [
    field('order_no', '订单号 单号 小票号 交易号', true),
    field('paid_at', '支付时间 付款时间 下单时间 交易时间 时间', true),
    field('unit', '门店编码 店铺编码 门店 店号', true),
    field('line_no', '行号 序号'),
    field('sku', '商品编码 货号 条码 SKU', true),
    field('quantity', '数量 件数', true),
    field('list', '原价 标价 吊牌价'),
    field('paid', '实付 实付金额 支付金额 金额', true),
    field('shipping', '运费'),
    field('phone', '手机 手机号 电话'),
    field('card', '会员卡号 卡号'),
    field('openid', 'openid OpenID'),
    field('unionid', 'unionid UnionID'),
  ],
  customers: [
    field('name', '姓名 客户姓名 会员姓名'),
    field('phone', '手机 手机号 电话'),
    field('card', '会员卡号 卡号'),
    field('gender', '性别'),
    field('birth_month', '生日月 出生月份'),
    field('unit', '归属门店 门店编码 门店'),
    field('associate', '导购 导购工号 专属导购'),
    field('joined_on', '入会日期 注册日期 开卡日期'),
    field('tags', '标签'),
  ],
  products: [
    field('sku', '商品编码 货号 条码 SKU', true),
    field('name', '商品名称 品名 名称', true),
    field('category', '类目编码 品类编码 分类编码', true),
    field('category_name', '类目 品类 分类'),
    field('price', '价格 售价 标价'),
  ],
  staff: [
    field('code', '工号 员工编号', true),
    field('name', '姓名', true),
    field('role', '角色 岗位 职位', true),
    field('unit', '门店编码 门店 所属门店', true),
    field('wecom_user', '企微账号 企业微信账号'),
    field('login', '登录账号 账号'),
    field('phone', '手机 手机号'),
  ],
  units: [
    field('code', '门店编码 编码 店号', true),
    field('name', '门店名称 名称 店名', true),
    field('kind', '类型', true),
    field('parent', '上级编码 上级 区域'),
    field('phone', '电话 门店电话'),
  ],
}

/** Which column fills which field, guessed by headings; what is not recognised stays open. */
export function guessMapping(kind: ImportKind, columns: string[]): Record<string, string> {
  const left = new Map(columns.map((column) => [column.trim().toLowerCase(), column]))
  const mapping: Record<string, string> = {}
  for (const one of fieldsOf[kind]) {
    const heading = one.headings.find((name) => left.has(name.toLowerCase()))
    const column = heading && left.get(heading.toLowerCase())
    if (!column) continue
    mapping[one.name] = column
    left.delete(column.trim().toLowerCase())
  }
  return mapping
}

/** Splits one CSV line; a quoted cell may hold commas and doubled quotes. */
export function cellsOf(line: string): string[] {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at]
    if (sign === '"' && isQuoted && line[at + 1] === '"') {
      cell += '"'
      at += 1
    } else if (sign === '"') isQuoted = !isQuoted
    else if (sign === ',' && !isQuoted) {
      cells.push(cell)
      cell = ''
    } else cell += sign
  }
  return [...cells, cell]
}

/** The headings and first rows of a CSV in UTF-8 or GB 18030 (what Excel saves in China). */
export async function peek(file: File): Promise<{ columns: string[]; rows: string[][] }> {
  const bytes = await file.slice(0, 64 * 1024).arrayBuffer()
  let text = new TextDecoder('utf-8').decode(bytes).replace(/\uFFFD+$/, '')
  if (text.includes('\uFFFD')) text = new TextDecoder('gb18030').decode(bytes)
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter(Boolean)
  return { columns: cellsOf(head), rows: lines.slice(0, 3).map(cellsOf) }
}
