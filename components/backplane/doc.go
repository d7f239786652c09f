// Package backplane has a bus: whatever is published on it goes to all who have
// subscribed. Publishers and subscribers know its name alone, and come and go.
//
//	PublishTo ──▶ ┌───────────┐ ──▶ SubscribeTo
//	PublishTo ──▶ │ Backplane │ ──▶ SubscribeTo
//	              └───────────┘ ──▶ SubscribeTo
package backplane
