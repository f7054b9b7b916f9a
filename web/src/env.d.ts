declare module 'virtual:messages/*' {
  const messages: Record<string, (data?: Record<string, unknown>) => string>;
  export default messages;
}
