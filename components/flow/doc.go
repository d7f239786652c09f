// Package flow has the plumbing between components: copies, choices, filters and
// transformations of messages of any type. Most are Kamaelia's Util.
//
// Where a component copies a message, its receivers share what that points to, and
// must not change it.
package flow
