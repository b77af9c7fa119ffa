export default function PointsPage({ tab }: { tab?: string }) {
  return <>{tab}</>
}
