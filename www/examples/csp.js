addEventListener('tinyai-result', ({ detail }) => {
  document.getElementById('result').textContent = 'loss ' + detail.result.runs[0].metrics.loss.value;
});
