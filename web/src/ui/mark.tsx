/** The product's mark: the star one steers by. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M16 5.5c.9 6.4 4.1 9.6 10.5 10.5C20.1 16.9 16.9 20.1 16 26.5 15.1 20.1 11.9 16.9 5.5 16 11.9 15.1 15.1 11.9 16 5.5Z"
        className="fill-accent-ink"
      />
    </svg>
  );
}
