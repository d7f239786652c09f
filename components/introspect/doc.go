// Package introspect tells what runs by the text protocol of Kamaelia's Introspector,
// so that its viewer, and anything else that reads lines, can watch a system.
package introspect
