export function BulletList({ items }: { items: readonly string[] }) {
  return (
    <ul className="rules">
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}
