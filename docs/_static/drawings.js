// Each block of Mermaid becomes a drawing. Loaded after mermaid.js, and only on pages that have one.
document.addEventListener("DOMContentLoaded", () => {
  for (const block of document.querySelectorAll(".highlight-mermaid")) {
    const drawing = document.createElement("pre");
    drawing.className = "mermaid";
    drawing.style.cssText = "background: white; overflow: auto";
    drawing.textContent = block.querySelector("pre").textContent;
    block.replaceWith(drawing);
  }
  mermaid.initialize({ startOnLoad: false, state: { useMaxWidth: false } });
  mermaid.run();
});
